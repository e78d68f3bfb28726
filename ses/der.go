package ses

import (
	"encoding/asn1"
	"errors"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var errDER = errors.New("unexpected ASN.1 structure")

// reader takes elements off a DER string one by one and remembers the first
// failure, so that a structure reads as the list of its fields.
type reader struct {
	s   cryptobyte.String
	err error
}

func newReader(der []byte) *reader { return &reader{s: cryptobyte.String(der)} }

func (r *reader) fail() {
	if r.err == nil {
		r.err = errDER
	}
}

func (r *reader) empty() bool { return r.err != nil || r.s.Empty() }

// next reports whether the next element has the tag.
func (r *reader) next(tag cbasn1.Tag) bool {
	return r.err == nil && r.s.PeekASN1Tag(tag)
}

// element returns the contents and the whole encoding of the next element.
func (r *reader) element(tag cbasn1.Tag) (body, whole []byte) {
	var all, in cryptobyte.String
	if r.err != nil {
		return nil, nil
	}
	if !r.s.ReadASN1Element(&all, tag) {
		r.fail()
		return nil, nil
	}
	whole = all
	if !all.ReadASN1(&in, tag) {
		r.fail()
		return nil, nil
	}
	return in, whole
}

// sequence enters the next SEQUENCE. The second result is its whole encoding.
func (r *reader) sequence() (*reader, []byte) {
	body, whole := r.element(cbasn1.SEQUENCE)
	return &reader{s: body, err: r.err}, whole
}

// join takes over the failure of a reader of contents.
func (r *reader) join(in *reader) {
	if r.err == nil {
		r.err = in.err
	}
}

func (r *reader) integer() int {
	var n int64
	if r.err != nil {
		return 0
	}
	if !r.s.ReadASN1Integer(&n) || n < -1<<31 || n > 1<<31-1 {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) octets() []byte {
	body, _ := r.element(cbasn1.OCTET_STRING)
	return body
}

// bits returns a BIT STRING of whole octets.
func (r *reader) bits() []byte {
	body, _ := r.element(cbasn1.BIT_STRING)
	if r.err == nil && (len(body) == 0 || body[0] != 0) {
		r.fail()
	}
	if r.err != nil {
		return nil
	}
	return body[1:]
}

func (r *reader) oid() asn1.ObjectIdentifier {
	var id asn1.ObjectIdentifier
	if r.err == nil && !r.s.ReadASN1ObjectIdentifier(&id) {
		r.fail()
	}
	return id
}

// text reads a string of any of the types that makers of seals use.
func (r *reader) text() string {
	for _, tag := range []cbasn1.Tag{cbasn1.IA5String, cbasn1.UTF8String, cbasn1.PrintableString} {
		if r.next(tag) {
			body, _ := r.element(tag)
			return string(body)
		}
	}
	r.fail()
	return ""
}

// instant reads a GeneralizedTime or UTCTime, with or without fraction.
func (r *reader) instant() time.Time {
	tag, layouts := cbasn1.GeneralizedTime, []string{"20060102150405Z0700", "20060102150405.999999999Z0700"}
	if r.next(cbasn1.UTCTime) {
		tag, layouts = cbasn1.UTCTime, []string{"060102150405Z0700"}
	}
	body, _ := r.element(tag)
	for _, layout := range layouts {
		if t, err := time.Parse(layout, strings.TrimSpace(string(body))); err == nil {
			return t.UTC()
		}
	}
	r.fail()
	return time.Time{}
}

// octetsOrBits reads a BIT STRING, in whose place some makers write an OCTET
// STRING.
func (r *reader) octetsOrBits() []byte {
	if r.next(cbasn1.OCTET_STRING) {
		return r.octets()
	}
	return r.bits()
}

// china is the time that texts without a zone are in.
var china = time.FixedZone("UTC+8", 8*60*60)

// oldTime reads timeInfo of version 1: a BIT STRING in which makers put the
// time as text, as a DER time, or a time stamp token. The token's time is taken
// like the others as the signer's word, for what it covers is not laid down.
func (r *reader) oldTime() time.Time {
	if r.next(cbasn1.UTCTime) || r.next(cbasn1.GeneralizedTime) {
		return r.instant()
	}
	b := r.octetsOrBits()
	if r.err != nil || len(b) == 0 {
		r.fail()
		return time.Time{}
	}
	switch b[0] {
	case byte(cbasn1.SEQUENCE):
		return r.tokenTime(b)
	case byte(cbasn1.UTCTime), byte(cbasn1.GeneralizedTime):
		in := newReader(b)
		t := in.instant()
		r.join(in)
		return t
	}
	for _, layout := range []string{time.DateTime, "20060102150405Z0700", "20060102150405", "060102150405Z0700", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, strings.TrimSpace(string(b)), china); err == nil {
			return t.UTC()
		}
	}
	r.fail()
	return time.Time{}
}

// tokenTime digs the time out of a time stamp token: SignedData over TSTInfo
// (RFC 3161, GB/T 20520).
func (r *reader) tokenTime(token []byte) time.Time {
	tagged := cbasn1.Tag(0).ContextSpecific().Constructed()
	content, _ := newReader(token).sequence()
	content.oid()
	inner, _ := content.element(tagged)
	data, _ := newReader(inner).sequence()
	data.integer()
	data.element(cbasn1.SET)
	encap, _ := data.sequence()
	encap.oid()
	wrapped, _ := encap.element(tagged)
	info, _ := newReader(newReader(wrapped).octets()).sequence()
	info.integer()
	info.oid()
	info.sequence()
	info.element(cbasn1.INTEGER)
	t := info.instant()
	r.join(info)
	return t
}

// Extension is an item of ExtensionDatas.
type Extension struct {
	ID       asn1.ObjectIdentifier
	Critical bool
	Value    []byte
}

// extensions reads optional ExtensionDatas in either form met in practice:
// a plain SEQUENCE OF, or the same under [0] EXPLICIT. Items that cannot be
// read are skipped, as the reference readers do.
func (r *reader) extensions() []Extension {
	tagged := cbasn1.Tag(0).ContextSpecific().Constructed()
	if r.next(tagged) {
		body, _ := r.element(tagged)
		in := &reader{s: body, err: r.err}
		list := in.extensions()
		r.join(in)
		return list
	}
	if !r.next(cbasn1.SEQUENCE) {
		return nil
	}
	items, _ := r.sequence()
	var list []Extension
	for !items.empty() {
		body, _ := items.element(cbasn1.SEQUENCE)
		item := &reader{s: body, err: items.err}
		ext := Extension{ID: item.oid()}
		if item.next(cbasn1.BOOLEAN) {
			flag, _ := item.element(cbasn1.BOOLEAN)
			ext.Critical = len(flag) == 1 && flag[0] != 0
		}
		ext.Value = item.octets()
		if item.err == nil {
			list = append(list, ext)
		}
	}
	r.join(items)
	return list
}
