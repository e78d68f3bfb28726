package blob

// Break has the next write of a pile to its pack fail, as a full or a dying disk does.
func Break(p *Pile) { _ = p.pack.file.Close() }
