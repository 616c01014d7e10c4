"""The pages, a module each: a function takes the request and who asks, calls the doors, and renders one template."""
