"""May this number be dialled now, and if not, why not and when: rules as dated rows, and pure decisions over them."""
