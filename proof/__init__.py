"""Tamper evidence: hash chains, signed manifests, their check, with nothing of ours (证明)."""
