"""What the web is measured beside: the same form in Django admin with django-simple-history, as made in a week."""
