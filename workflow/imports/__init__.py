"""What offices have kept in workbooks until now (导入): allocations, rosters. Read whole, with every fault at once."""
