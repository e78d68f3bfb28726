// Package ofd writes, reads, draws and copies OFD documents (GB/T 33190), the
// file format of Chinese electronic licenses (电子证照文件, GB/T 36905).
//
// Build turns a Document, its pages described in millimetres, into a Package:
// the ordered entries of the ZIP. The same Document always gives the same
// bytes. Compile works out once what documents on the same template pages
// share, and Compiled.Build then only what differs. Text is written with the
// glyphs of an embedded TrueType subset and with its Unicode characters, so
// that it can be seen, searched and copied in any reader; a character that no
// font can draw is an error, never a box.
//
// Read opens a package made by anybody. It is lenient where vendors differ
// (namespaces, prefixes, paths, letter case) and strict where a file could do
// harm (entities, path escapes, overlapping or duplicate entries, bombs). The
// bytes of every entry are kept as they were: digests are taken over them.
// Package.Info and Package.Resources tell what is in it.
//
// Package.Render draws pages of any maker from the embedded glyphs; a Drawing
// becomes SVG, PNG or, with others, PDF, with text that can be selected. What
// could not be drawn is told, and values can be masked without a trace.
//
// Package.Annotate derives a copy that is good for one purpose (加注件).
//
// The package knows where signatures are but nothing about seals: package ses
// makes and reads them. It gives no verdict on a file; package verify does.
// Its errors are *FormatError, for files, *DocumentError and *MissingGlyph, for
// what is to be written, and *FontError.
package ofd
