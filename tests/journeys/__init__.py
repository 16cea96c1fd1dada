"""One life story per file: from the vacancy to the third year's end, the clock walking."""
