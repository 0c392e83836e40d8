"""`npdl predict`: what a trained model sees in a picture."""
