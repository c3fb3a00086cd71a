"""How long content stays right: who looks after it, when it is looked at again, when it expires, and what follows."""
