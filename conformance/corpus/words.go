package main

import (
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/face"
)

// rows is how many rows a table that goes on over further pages has.
const rows = 47

// words makes the values. It deals out the rare characters, each file the next ones.
type words struct {
	chars []rune
	dealt int
}

// newWords gathers the rare characters: those of the extensions A to H of Unicode, where rare names have theirs,
// that both fonts can draw.
func newWords(d *face.Drawer) *words {
	w := &words{}
	for _, block := range [][2]rune{{0x20000, 0x323AF}, {0x3400, 0x4DBF}} {
		for r := block[0]; r <= block[1]; r++ {
			if covered(d, face.Serif, r) && covered(d, face.Sans, r) {
				w.chars = append(w.chars, r)
			}
		}
	}
	return w
}

func covered(d *face.Drawer, font int, r rune) bool {
	f := d.Font(font)
	return f.Covers(r) || f.Fallback != nil && f.Fallback.Covers(r)
}

// step is how far apart the characters dealt out one after the other stand; a prime, so that all are.
const step = 101

func (w *words) next() rune {
	r := w.chars[w.dealt*step%len(w.chars)]
	w.dealt++
	return r
}

// rare are sample values whose names and words begin with rare characters.
func (w *words) rare(t *catalog.Type) map[string]string {
	v := face.Sample(t)
	v["CZZT"] = w.into(v["CZZT"], 2)
	for _, f := range t.Own() {
		if f.Type == "text" && f.Pattern == "" && f.Length() > 2 {
			v[f.Name] = w.into(v[f.Name], 1)
		}
	}
	return v
}

// into puts n rare characters in the place of the first Chinese ones of each value.
func (w *words) into(value string, n int) string {
	var out []string
	for _, one := range strings.Split(value, "^") {
		left := n
		out = append(out, strings.Map(func(r rune) rune {
			if left == 0 || r < 0x4E00 || r > 0x9FFF {
				return r
			}
			left--
			return w.next()
		}, one))
	}
	return strings.Join(out, "^")
}

// long are the longest values that the fields of a type allow, in words that differ, and the type with its table
// going on over further pages.
func (w *words) long(t catalog.Type) (catalog.Type, map[string]string) {
	v := face.Longest(&t)
	for name, value := range v {
		if f, _ := t.Field(name); f.Type != "photo" {
			v[name] = varied(value)
		}
	}
	if strings.Contains(t.Number, "{holderCode}") {
		v["ZZBH"], _, _ = strings.Cut(v["CZZTDM"], "^")
	}
	t.Face.Objects = slices.Clone(t.Face.Objects)
	for i := range t.Face.Objects {
		o := &t.Face.Objects[i]
		if o.Kind != "table" {
			continue
		}
		o.Continues = true
		for _, c := range o.Columns {
			one, _, _ := strings.Cut(v[c.Field], "^")
			v[c.Field] = varied(strings.TrimSuffix(strings.Repeat(one+"^", rows), "^"))
		}
	}
	return t, v
}

// text is what long values are made of.
const text = "国家机关依法制作的电子证照与纸质证照具有同等法律效力并可以作为办理政务服务事项的依据福州市鼓楼区榕城路住所经营范围食品销售餐饮管理"

// varied writes another character for each 国 of a value of nothing but these.
func varied(value string) string {
	chars, i := []rune(text), len(value)
	return strings.Map(func(r rune) rune {
		if r != '国' && !strings.ContainsRune(text, r) {
			return r
		}
		i++
		return chars[i%len(chars)]
	}, value)
}
