package blob

// Break has the next write to the pack of a folder fail, as a full or a dying disk does.
func Break(f *Folder) { _ = f.pack.file.Close() }
