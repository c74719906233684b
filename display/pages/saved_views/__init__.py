"""/views: saving, changing and following saved views. The Mentions page shows them."""
