package verify

import (
	"strconv"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
)

// items is the metadata of OFD.xml in its order.
type items []Item

// metadata names the CustomDatas of OFD.xml.
func metadata(info ofd.Info) items {
	var list items
	for _, d := range info.Meta {
		list = append(list, Item{Name: d.Name, Label: labels()[d.Name], Value: d.Value})
	}
	return list
}

func (l items) get(name string) string {
	for _, it := range l {
		if it.Name == name {
			return strings.TrimSpace(it.Value)
		}
	}
	return ""
}

// license is the metadata without the platform's own bookkeeping.
func (l items) license() []Item {
	list := []Item{}
	for _, it := range l {
		if !strings.HasPrefix(it.Name, "YX_") && !strings.HasPrefix(it.Name, ofd.CopyPrefix) {
			list = append(list, it)
		}
	}
	return list
}

func (l items) declaredSeals() int {
	n, err := strconv.Atoi(l.get(ofd.SealCountMeta))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (l items) isCopy() bool {
	if l.get(ofd.CopyMeta) == ofd.CopyMark {
		return true
	}
	for _, it := range l {
		if strings.HasPrefix(it.Name, ofd.CopyPrefix) {
			return true
		}
	}
	return false
}

// copyReport reads the annotation of a copy, or returns nil for an original. A
// copy without a readable last day is treated as expired: nobody may use a
// copy for ever because a date was left out.
func (l items) copyReport(o Options, f *findings) *CopyReport {
	if !l.isCopy() {
		if o.For != nil {
			f.add(CopyUse, "original", "")
		}
		return nil
	}
	c := &CopyReport{
		Creator: l.get("JZJZZZ"), Purpose: l.get("JZJZZSY"),
		Matter: l.get("YX_SXBM"), Case: l.get("YX_BJBH"),
		OriginalDigest: l.get("YX_YJZY"), OriginalVerdict: l.get("YX_YJYZ"),
		Zh: "加注件只可用于注明的用途，不得另作他用。它只反映制作时的情况，证照现在是否有效、授权是否撤回，要向发证平台核验。",
		En: "An annotated copy is good for the purpose named and no other. It tells how things stood when it was made; whether the license is in force now, or the consent withdrawn, only the platform can tell.",
	}
	c.Created, _ = moment(l.get("JZJZZSJ"), false)
	expires, ok := moment(l.get("JZJYXQJZSJ"), true)
	c.Expires = expires
	switch {
	case !ok:
		c.Expired = true
		f.add(CopyExpired, "unknown", "")
	case o.usedOn().After(expires):
		c.Expired = true
		f.add(CopyExpired, "", "")
	}
	c.heldAgainst(o.For, f)
	return c
}

// usedOn is when the file is to be used.
func (o Options) usedOn() time.Time {
	if o.For == nil || o.For.On.Before(o.Now) { // nothing is used in the past: a copy that has ended does not serve today
		return o.Now
	}
	return o.For.On
}

// heldAgainst tells in what the use that somebody has in mind is not the one that the copy names.
func (c *CopyReport) heldAgainst(use *Intended, f *findings) {
	if use == nil {
		return
	}
	c.Asked = true
	for _, x := range []struct{ reason, asked, named string }{
		{"unit", use.Unit, c.Creator}, {"case", use.Case, c.Case}, {"matter", use.Matter, c.Matter},
	} {
		if asked := strings.TrimSpace(x.asked); asked != "" && asked != x.named {
			f.add(CopyUse, x.reason, "")
		}
	}
}

// moment reads a time as licenses write it. Without a zone it is Beijing time;
// a bare date means its first or, with end, its last second.
func moment(s string, end bool) (time.Time, bool) {
	beijing := time.FixedZone("+08", 8*3600)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "20060102150405"} {
		if t, err := time.ParseInLocation(layout, s, beijing); err == nil {
			return t, true
		}
	}
	for _, layout := range []string{"2006-01-02", "20060102", "2006年01月02日"} {
		if t, err := time.ParseInLocation(layout, s, beijing); err == nil {
			if end {
				t = t.Add(24*time.Hour - time.Second)
			}
			return t, true
		}
	}
	return time.Time{}, false
}
