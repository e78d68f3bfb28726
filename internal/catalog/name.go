package catalog

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/yinxin-org/yinxin/internal/pinyin"
)

// blank are characters that show nothing and yet count as letters or symbols: fillers and the empty pattern of Braille.
const blank = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"

// nameKey is a name without what does not make it another one: width of characters, spaces, case, what cannot be seen. Two types
// with one key are one type: 统一名称. 榕政办〔2018〕214号 第六条.
func nameKey(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) ||
			strings.ContainsRune(blank, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(name))
}

// searchText is what the search for a type is held against.
func searchText(t *Type) string {
	return pinyin.Key(t.Name, t.NameEn, t.Code, t.DefinerName, t.Standard)
}

// Clean brings a type that people wrote into one form: spaces around what it is called and absent lists as empty
// ones, so that equal types are equal as JSON.
func Clean(t Type) Type {
	for _, s := range []*string{&t.Code, &t.Name, &t.NameEn, &t.Definer, &t.DefinerName, &t.Number, &t.Secrecy, &t.Standard, &t.Basis, &t.Usage, &t.Source} {
		*s = strings.TrimSpace(*s)
	}
	t.Code, t.Definer = strings.ToUpper(norm.NFKC.String(t.Code)), strings.ToUpper(norm.NFKC.String(t.Definer))
	if t.Secrecy == "非涉密" {
		t.Secrecy = ""
	}
	if t.Fields == nil {
		t.Fields = []Field{}
	}
	if t.Face.Objects == nil {
		t.Face.Objects = []FaceObject{}
	}
	if t.Seals == nil {
		t.Seals = []SealStep{}
	}
	return t
}
