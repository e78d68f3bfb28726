package ofd

import (
	"cmp"
	"encoding/hex"
	"time"
)

// Note is what an annotated copy (加注件, GB/T 36903) says of itself: for whom
// and what it may be used, until when, and what it was made from. All of it
// stands on the pages and in the metadata. Times are written in Beijing time,
// as readers take them.
type Note struct {
	// ID is the DocID of the copy: 32 hexadecimal digits.
	ID string
	// Created is the moment of making (加注件制作时间).
	Created time.Time
	// Expires is the end of its use (加注件有效期截止时间).
	Expires time.Time
	// User is the unit that may use the copy (加注件制作者).
	User string
	// Purpose says what for (加注件制作事由), such as “办理‘…’”: it follows
	// “仅供” and the user.
	Purpose string
	// Matter is the code of the matter and Case the number of the case that the
	// copy is for; empty for a use without them.
	Matter, Case string
	// Identifier is that of the license (电子证照标识); empty leaves it out.
	Identifier string
	// Digest is the SM3 digest of the original file.
	Digest [32]byte
	// Verdict is what was found of the original when the copy was made.
	Verdict string
	// Remark follows the first line of the note; it may be empty.
	Remark string
	// Font writes the note; its Fallback stands in for characters it lacks.
	Font *Font
	// Stamps are the seals of the original, as ses.Stamps reads them. They are
	// drawn as pictures and prove nothing any more.
	Stamps []Stamp
}

// beijing is the one zone of China.
var beijing = time.FixedZone("CST", 8*60*60)

func (n *Note) check() error {
	for _, must := range []struct {
		field, reason string
		holds         bool
	}{
		{"ID", "not 32 hexadecimal digits", isDocID(n.ID)},
		{"Created", "missing", !n.Created.IsZero()},
		{"Expires", "not after Created", n.Expires.After(n.Created)},
		{"User", "empty", n.User != ""},
		{"Purpose", "empty", n.Purpose != ""},
		{"Font", "nil", n.Font != nil},
	} {
		if !must.holds {
			return &DocumentError{"Note." + must.field, must.reason}
		}
	}
	return nil
}

// What tells an annotated copy from an original: the CustomData CopyMeta has
// the value CopyMark, and those that GB/T 36903 names begin with CopyPrefix.
const (
	CopyMeta   = "YX_LX"
	CopyMark   = "COPY"
	CopyPrefix = "JZJ"
)

// meta is what the note adds to CustomDatas.
func (n *Note) meta() []Meta {
	const stamp = "20060102150405"
	list := []Meta{
		{"JZJZZSJ", n.Created.Format(stamp)},
		{"JZJZZZ", n.User},
		{"JZJZZSY", n.Purpose},
		{"JZJYXQJZSJ", n.Expires.Format(stamp)},
		{CopyMeta, CopyMark},
		{"YX_YJZY", hex.EncodeToString(n.Digest[:])},
		{"YX_YJYZ", n.Verdict},
		{"YX_SXBM", n.Matter},
		{"YX_BJBH", n.Case},
		{SealCountMeta, "1"},
	}
	kept := list[:0]
	for _, m := range list {
		if m.Value != "" {
			kept = append(kept, m)
		}
	}
	return kept
}

// Where the strip with the note stands below the original page, and what it is
// drawn with; lengths in millimetres.
const (
	noteHeight = 26.0
	noteMargin = 6.0
	noteSeal   = 22.0
)

var (
	noteInk  = RGB{0x1F, 0x23, 0x28}
	noteLine = RGB{0x8A, 0x5A, 0x00}
	noteTile = RGB{0xB4, 0xB4, 0xB4}
)

// NoteSeal is where on a page of an annotated copy the seal of its maker
// belongs: at the right end of the note.
func NoteSeal(page PageInfo) Box {
	return Box{page.Width - noteMargin - noteSeal, page.Height - noteHeight + (noteHeight-noteSeal)/2, noteSeal, noteSeal}
}

// objects draws the note over and below a page of the original's size.
func (n *Note) objects(width, height float64) []Object {
	return append(n.tiles(width, height), n.strip(width, height)...)
}

// tiles covers the page with the purpose, so that no part of it can be cut out
// without it.
func (n *Note) tiles(width, height float64) []Object {
	const size, angle, gap, down = 4.2, -30, 12, 34
	text := "仅供" + n.User + n.Purpose + "使用 有效期至" + n.Expires.Format(time.DateOnly)
	long := TextWidth(n.Font, text, size)
	var out []Object
	for row, y := 0, 20.0; y < height+long/2 && len(out) < maxNoteTiles; row, y = row+1, y+down {
		for x := -float64(row%2) * long / 2; x < width && len(out) < maxNoteTiles; x += long + gap {
			out = append(out, Text{X: x, Y: y, Size: size, Color: noteTile, Value: text, Alpha: 0.5, Rotate: angle})
		}
	}
	return out
}

// maxNoteTiles bounds what an enormous page asks for.
const maxNoteTiles = 2000

// rule is the first line of the note.
func (n *Note) rule() string {
	return "加注件　仅供" + n.User + n.Purpose + "使用，用于其他用途无效" + n.Remark
}

// strip writes the note below the page.
func (n *Note) strip(width, top float64) []Object {
	const second = "2006-01-02 15:04:05"
	rows := []string{
		n.rule(),
		"制作时间 " + n.Created.Format(second) + "　有效期至 " + n.Expires.Format(second) + "　制作时原件：" + cmp.Or(n.Verdict, "未核验"),
		"",
		"原件摘要（SM3）" + hex.EncodeToString(n.Digest[:]),
	}
	const offline = "本件只反映制作时的情况，现状以发证平台为准"
	rows[2] = offline
	if n.Identifier != "" {
		rows[2] = "电子证照标识 " + n.Identifier + "　" + offline
	}
	room := width - 3*noteMargin - noteSeal
	out := []Object{Path{Data: Line(noteMargin, top+1, width-noteMargin, top+1), Stroke: &noteLine, LineWidth: 0.3}}
	for i, row := range rows {
		size := 3.2
		if i == 0 {
			size = 3.8
		}
		if long := TextWidth(n.Font, row, size); long > room {
			size = max(size*room/long, 0.5)
		}
		out = append(out, Text{X: noteMargin, Y: top + 6.5 + float64(i)*5.4, Size: size, Color: noteInk, Value: row})
	}
	return out
}
