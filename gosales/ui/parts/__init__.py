"""What pages are put together from; with Streamlit."""
