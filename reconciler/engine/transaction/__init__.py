"""A plan carried out so that it is worse for nobody: arm, apply, prove, confirm; or everything back as it was."""
