"""Nothing goes out: no request, and no secret is read."""
