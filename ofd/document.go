package ofd

import "time"

// Document describes an OFD document to be written. All lengths are
// millimetres from the top left corner of the page; y points down.
type Document struct {
	// ID is the DocID: 32 hexadecimal digits.
	ID string
	// Title, Author, Subject and Creator go to DocInfo; empty ones are left out.
	Title, Author, Subject, Creator string
	// Created is the moment of making; its date is written as CreationDate.
	Created time.Time
	// Meta is written as CustomDatas in this order: the index data of a license.
	Meta []Meta
	// Fonts are the fonts that Text.Font counts into.
	Fonts []*Font
	// Pages are the pages in order, at least one.
	Pages []Page
	// Attachments are files carried inside the package.
	Attachments []Attachment
	// Permissions are advisory to readers; nil writes none.
	Permissions *Permissions
	// SignaturesExpected is the number of seals the finished file will bear. It
	// is kept in CustomData "YX_QZSL", and if it is not zero OFD.xml names
	// Doc_0/Signs/Signatures.xml, which the first signature makes.
	SignaturesExpected int
	// TagNamespace is the namespace of the data index (标引, GB/T 36905) that
	// maps Text.Tag to text objects; empty means DefaultTagNamespace.
	TagNamespace string
}

// DefaultTagNamespace names the data index of licenses written by this package.
const DefaultTagNamespace = "urn:yinxin:license:1"

// SealCountMeta is the CustomData that keeps Document.SignaturesExpected.
const SealCountMeta = "YX_QZSL"

// Meta is one named value of DocInfo/CustomDatas.
type Meta struct{ Name, Value string }

// Page is one page. What is drawn first lies below.
type Page struct {
	Width, Height float64
	// Template is drawn with the page, below or above it; nil for none. Pages
	// with the same Template share one template page in the file.
	Template *TemplatePage
	// Content is what belongs to this document alone.
	Content []Object
	// Annots are drawn above all, as annotations of type Watermark. They mark
	// a copy (注记副本) without touching the page.
	Annots []Object
}

// TemplatePage is what the documents of a kind share: the blank face of a
// license (GB/T 33190 clause 7.7, TemplatePage). It must not be changed once it
// has been compiled.
type TemplatePage struct {
	// Name may be empty; readers show it to those who edit.
	Name string
	// Foreground draws the template above the page's content instead of below.
	Foreground bool
	// Objects are drawn in this order. Tags of Text mean nothing in a template.
	Objects []Object
}

// Attachment is a file inside the package (附件).
type Attachment struct {
	// Name is shown to the reader; the entry is called Doc_0/Attachs/Name when
	// the name is plain ASCII and Doc_0/Attachs/Attach_N otherwise.
	Name string
	// Format is the file extension without a dot, such as "json".
	Format string
	Data   []byte
	// Visible tells readers to list the attachment.
	Visible bool
	// Path is the entry in the package; set on reading, ignored on writing.
	Path string
}

// Permissions are the advisory rights of GB/T 33190 clause 7.5.
type Permissions struct {
	Edit, Annot, Export, Signature, Watermark, PrintScreen bool
	// Print allows printing; Copies bounds the number, -1 is without bound.
	Print  bool
	Copies int
	// From and To bound the time of use; zero leaves that side open.
	From, To time.Time
}

// Object is something drawn on a page: Text, Path, Image or QR.
type Object interface{ object() }

// Text is one line of text. It is never wrapped: see TextWidth.
type Text struct {
	// X, Y is the start of the baseline; Size the height of the em square.
	X, Y, Size float64
	// Font counts into Document.Fonts. Characters the font lacks are drawn
	// with its Fallback.
	Font  int
	Color RGB
	Value string
	// Tag is the data item that the text shows, such as "CZZT"; empty for none.
	Tag string
	// Alpha is the opacity from 0 to 1; 0 means opaque.
	Alpha float64
	// Rotate turns the line clockwise around (X, Y), in degrees.
	Rotate float64
	// Spacing is added after every character, in millimetres.
	Spacing float64
}

// Path is an outline, filled, stroked or both. Filling is by the non-zero rule.
type Path struct {
	Data         []Seg
	Fill, Stroke *RGB
	// LineWidth is 0.353 mm (one point) when zero.
	LineWidth float64
	// Alpha is the opacity from 0 to 1; 0 means opaque.
	Alpha float64
}

// Image is a picture scaled to the box X, Y, W, H.
type Image struct {
	X, Y, W, H float64
	// Data is a whole PNG or JPEG file.
	Data []byte
	// Alpha is the opacity from 0 to 1; 0 means opaque.
	Alpha float64
}

// QR is a QR code (GB/T 18284) of error level M, drawn as one path.
type QR struct {
	// X, Y is the top left corner of the first module and W the side of the
	// code without its quiet zone: leave four modules free around it.
	X, Y, W float64
	Value   string
	Color   RGB
}

func (Text) object()  {}
func (Path) object()  {}
func (Image) object() {}
func (QR) object()    {}
