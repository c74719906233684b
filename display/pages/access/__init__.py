"""The pages by which people sign in and manage accounts: /login, /account, /people and the page of the first admin."""
