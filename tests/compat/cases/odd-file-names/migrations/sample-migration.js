broken(
