"""Lists as offices exchange them (表册): real workbooks with title, stamp line, total and signatures, printed on A4."""
