"""What runs inside the child; see __main__.py. Its files import each other by plain names: no npdl is in there."""
