"""Energy data of the sandbox: accounts, plans, reads and bills of one retailer's customers."""
