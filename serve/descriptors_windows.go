package serve

// descriptors has no limit here that could be asked for.
func descriptors() uint64 { return 2 * crowd }
