"""placeholder"""
def load(): return None
