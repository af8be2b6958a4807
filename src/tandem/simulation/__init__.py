"""Engine, store and both simulated CRMs in one process: see ``asgi`` for how they are joined."""
