"""One script per page: asks the views for tables and shows them.

The folder must not be called `pages`: Streamlit takes the scripts of such a folder for pages of its
own until `app.py` has run once, so that a first visitor with a deep link would get a bare one.
"""
