"""The phone gateway: control plane, SIP node, local stack and test phone."""
