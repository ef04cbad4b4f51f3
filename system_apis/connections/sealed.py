"""Where vendor credentials are sealed; the sealing itself is the kernel's, since partners have secrets too."""

from retail_platform.kernel.sealed import CannotOpen, SealedField, key_id_of, newest_key_id, seal, unseal

__all__ = ["CannotOpen", "SealedField", "key_id_of", "newest_key_id", "seal", "unseal"]
