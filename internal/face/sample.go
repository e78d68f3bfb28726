package face

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
)

// longestUnit is the longest name of a unit that a face must hold, in characters; longestPerson that of a person.
const (
	longestUnit   = 40
	longestPerson = 20
)

// sampleDay is the day of issue of samples.
var sampleDay = time.Date(2026, time.March, 2, 0, 0, 0, 0, clock.Shanghai)

// Sample makes up plausible values for every element of a type, to be shown in a preview. They are nobody's.
func Sample(t *catalog.Type) map[string]string {
	names, codes := []string{"林榕生", "陈闽江", "郑鼓山", "黄闽侯"}, []string{"350102199001011238", "350103198506150024", "35010219880808003X", "350104197912120047"}
	kind, kindCode := "公民身份号码", "111"
	if t.HolderKind == catalog.Legal {
		names, codes = []string{"福州榕印示例有限公司", "闽江示例合作社", "鼓山示例中心", "螺洲示例商行"}, []string{"91350100MA2XN00019", "12350100488100001U", "11350100003604451P", "11350128345071904J"}
		kind, kindCode = "统一社会信用代码", "001"
	}
	n := min(max(t.Holders, 1), len(names))
	number := ""
	if rule, wrong := catalog.ParseNumbering(t.Number); wrong == nil {
		number = rule.Fill(catalog.NumberFacts{Region: "350102", IssuedOn: sampleDay, HolderCode: codes[0]}).Number(1)
	}
	v := elements(t, number, "福州市鼓楼区示例局")
	v["CZZT"], v["CZZTDM"] = strings.Join(names[:n], multi), strings.Join(codes[:n], multi)
	v["CZZTDMLX"], v["CZZTDMLXDM"] = repeat(kind, n), repeat(kindCode, n)
	for _, f := range t.Own() {
		if f.Name == "ZZYXQJZRQ" {
			continue // follows the validity rule
		}
		v[f.Name] = repeat(sampleOf(f), min(max(f.Multi, 1), 2))
	}
	return v
}

// Longest gives every element the longest value that the type allows: whatever holds these holds every license.
func Longest(t *catalog.Type) map[string]string {
	name, code := strings.Repeat("国", longestPerson), "88888888888888888X"
	if t.HolderKind != catalog.Natural {
		name = strings.Repeat("国", longestUnit)
	}
	n := max(t.Holders, 1)
	number := ""
	if rule, wrong := catalog.ParseNumbering(t.Number); wrong == nil {
		number = rule.Longest()
	}
	v := elements(t, number, strings.Repeat("国", longestUnit))
	v["CZZT"], v["CZZTDM"] = repeat(name, n), repeat(code, n)
	v["CZZTDMLX"], v["CZZTDMLXDM"] = repeat("中国人民武装警察部队文职人员证编号", n), repeat("122", n)
	if t.Validity.Rule != catalog.None && t.Validity.Rule != catalog.Long {
		v["ZZYXQJZRQ"] = "2088-12-28"
	}
	for _, f := range t.Own() {
		if f.Name == "ZZYXQJZRQ" {
			continue
		}
		v[f.Name] = repeat(longestOf(f), max(f.Multi, 1))
	}
	return v
}

func repeat(value string, n int) string {
	return strings.TrimSuffix(strings.Repeat(value+multi, n), multi)
}

// elements are the base elements but for the holders.
func elements(t *catalog.Type, number, issuer string) map[string]string {
	v := map[string]string{"ZZMC": t.Name, "ZZLXDM": t.Code, "ZZBH": number, "ZZBFJG": issuer, "ZZBFJGDM": "11350100003604451P",
		"ZZBFRQ": sampleDay.Format(time.DateOnly)}
	id, err := gbcode.MintIdentifier(gbcode.Identifier{TypeCode: t.Code, IssuerCode: "11350100003604451P", Version: 1, Serial: "01890A5DAC96774BBCCEB302099A8057"})
	if err == nil {
		v["ZZBS"] = id
	}
	if t.Validity.Rule == catalog.None {
		return v
	}
	v["ZZYXQQSRQ"], v["ZZYXQJZRQ"] = v["ZZBFRQ"], "长期"
	_, to, err := t.Validity.Period(sampleDay, "2031-03-01")
	if err == nil && !to.IsZero() {
		v["ZZYXQJZRQ"] = to.Add(-time.Second).Format(time.DateOnly)
	}
	return v
}

// samples are words for labels that say what they ask for; the first that fits is taken.
var samples = []struct{ in, value string }{
	{"姓名", "林榕生"}, {"法定代表人", "林榕生"}, {"负责人", "林榕生"}, {"身份", "350102199001011238"}, {"证件号", "350102199001011238"},
	{"信用代码", "91350100MA2XN00019"}, {"电话", "0591-88888888"}, {"民族", "汉"}, {"国籍", "中国"}, {"年龄", "30"},
	{"住所", "福州市鼓楼区榕城路88号"}, {"地址", "福州市鼓楼区榕城路88号"}, {"住址", "福州市鼓楼区榕城路88号"}, {"场所", "福州市鼓楼区榕城路88号"},
	{"地点", "福州市鼓楼区"}, {"坐落", "福州市鼓楼区榕城路88号1单元101室"}, {"范围", "示例项目一；示例项目二"}, {"项目", "示例项目一；示例项目二"},
	{"时间", "2026年3月2日9时30分"}, {"单位", "福州榕印示例有限公司"}, {"机构", "福州榕印示例有限公司"}, {"名称", "福州榕印示例有限公司"}, {"编号", "2026000001"},
}

func sampleOf(f catalog.Field) string {
	switch f.Type {
	case "date":
		return "2020-06-01"
	case "number":
		return clip("100", f.Length())
	case "photo":
		return samplePhoto()
	case "code":
		if len(f.Options) > 0 {
			return f.Options[0]
		}
		return ""
	}
	if f.Pattern != "" {
		return fromPattern(f.Pattern, f.Length(), false)
	}
	for _, s := range samples {
		if strings.Contains(f.Label, s.in) {
			return clip(s.value, f.Length())
		}
	}
	return clip("示例"+f.Label, f.Length())
}

func clip(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}

func longestOf(f catalog.Field) string {
	switch f.Type {
	case "date":
		return "2088-12-28"
	case "photo":
		return samplePhoto()
	case "code":
		longest := ""
		for _, o := range f.Options {
			if breadth(o) > breadth(longest) {
				longest = o
			}
		}
		return longest
	case "number":
		if f.Pattern == "" {
			return clip("-888888888888888.888888", f.Length())
		}
	}
	if f.Pattern != "" {
		return fromPattern(f.Pattern, f.Length(), true)
	}
	return strings.Repeat("国", f.Length())
}

// breadth is about how wide a text is, in halves of a Chinese character.
func breadth(s string) int {
	n := 0
	for _, r := range s {
		n++
		if utf8.RuneLen(r) > 2 {
			n++
		}
	}
	return n
}

// samplePhoto is a picture of nobody: head and shoulders in grey, of the proportions of a passport photo.
func samplePhoto() string {
	const w, h = 148, 207
	m := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetGray(x, y, color.Gray{Y: shade(x-w/2, y)})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func shade(x, y int) uint8 {
	head := x*x*100/(36*36)+(y-85)*(y-85)*100/(46*46) <= 100
	body := x*x*100/(66*66)+(y-215)*(y-215)*100/(72*72) <= 100
	if head || body {
		return 0x9A
	}
	return 0xE6
}
