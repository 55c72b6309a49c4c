"""The bar beneath the window: what plays, where it is, how loud."""
