package ofd

import "fmt"

// MissingGlyph reports a character that no font of the document can draw.
type MissingGlyph struct {
	Rune rune
	// Font is the name of the font that was asked first.
	Font string
}

func (e *MissingGlyph) Error() string {
	return fmt.Sprintf("ofd: font %s cannot draw U+%04X", e.Font, e.Rune)
}

// DocumentError reports a Document, a TemplatePage or a Note that cannot be
// written.
type DocumentError struct {
	// Field is the part of it at fault, such as "Page.Width".
	Field string
	// Reason is English and holds no value of the document.
	Reason string
}

func (e *DocumentError) Error() string { return "ofd: " + e.Field + ": " + e.Reason }

// FormatError reports a package or an entry that cannot be read, or not copied.
type FormatError struct {
	// Entry is the part of the package at fault; empty for the ZIP itself.
	Entry string
	// Rule is a stable word for what was broken: zip, name, duplicate, overlap,
	// gap, limit, ratio, xml, doctype, entity, path, missing, font, image, copy.
	Rule   string
	Reason string
}

func (e *FormatError) Error() string {
	if e.Entry == "" {
		return "ofd: " + e.Rule + ": " + e.Reason
	}
	return fmt.Sprintf("ofd: %s: %q: %s", e.Rule, e.Entry, e.Reason)
}

func broken(rule, entry, format string, args ...any) error {
	return &FormatError{Entry: entry, Rule: rule, Reason: fmt.Sprintf(format, args...)}
}
