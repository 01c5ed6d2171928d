"""Does what is stored agree with itself? Every check looks, none mends; faults name their place and the remedy."""

from ratings.verify.faults import Checked, Fault, Look
from ratings.verify.looking import CHECKS, look

__all__ = ["CHECKS", "Checked", "Fault", "Look", "look"]
