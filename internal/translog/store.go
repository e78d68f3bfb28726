package translog

import "context"

// File is one file of the log and its whole content. Paths are slash-separated and relative.
type File struct {
	Path string
	Data []byte
}

// Source gives the log's files to whoever reads it: a folder, or an address. It must be safe for concurrent use.
type Source interface {
	// Read gives the content of a file. A file that does not stand is an error that is fs.ErrNotExist.
	Read(ctx context.Context, path string) ([]byte, error)
}

// Store keeps the log's files. It must be safe for concurrent use.
type Store interface {
	Source
	// Create writes files that will never change. When it returns nil all of them are whole and durable,
	// also those that stood already. A file that stands with other content is an error that is ErrFatal.
	// After an error any of the files may stand, each either whole or not at all.
	Create(ctx context.Context, files []File) error
	// Replace writes a file over its former content. A reader sees the old or the new content, never a
	// mixture; when it returns nil the new one is durable.
	Replace(ctx context.Context, file File) error
	// Remove drops a folder and what is in it. A folder that does not stand is no error.
	Remove(ctx context.Context, dir string) error
}
