"""The Web API: one module per family of methods. A method reads a `Call`, changes the world, and answers a dict without `ok`."""
