"""What people read: pages, and the check of the tables behind them."""
