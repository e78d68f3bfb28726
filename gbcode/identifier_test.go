package gbcode_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
)

const root = "1.2.156.3005.2."

// liveIdentifiers are published identifiers of licenses in force, and three
// computed ones.
var liveIdentifiers = []string{
	root + "11100000000013338W032.11220000013544541J.2430599.001.F",
	root + "11100000000013338W011.11430000006122244L.20230000403.001.U",
	root + "11100000000013338W011.11430000006122244L.20230000403.002.S",
	root + "11100000000013338W011.11350100003604451P.350100202400000001.001.A",
	root + "11100000000013338W011.11350100003604451P.350100202400000001.002.8",
	root + "11100000MB03271699001.11350100003604451P.0F8FAD5BD9CB469FA16570867728950E.001.E",
}

const (
	// legacyIssuer is live: an older node put a region code for the issuer.
	legacyIssuer = root + "11100000MB03271699022.340100.000000016.001.9"
	// anonymised samples that were published with their old check character.
	anonymised1 = root + "11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"
	anonymised2 = root + "11100000000013338W050.91610800064834709T.2023000001.001.X"
)

func TestMod3736(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]byte{
		"11100000000013338W00211320482014138860P201807250201001": 'M',
		"A12425GABC1234002":                       'M',
		"000000009E590000":                        'O',
		"11100000MB03271699022340100000000016001": '9',
		"11100000000013661B006113700000045046442209FA4E88F9E4C878F3E9BED2CE7EA49001": 'D',
		"11100000000013338W05091610800064834709T2023000001001":                       '2',
	} {
		got, err := gbcode.Mod3736(in)
		if err != nil || got != want {
			t.Errorf("%s gives %c, %v; want %c", in, got, err, want)
		}
	}
	_, err := gbcode.Mod3736("A-1")
	wantFault(t, err, gbcode.KindIdentifier, gbcode.RuleCharset, 2)
}

func TestParseIdentifierLive(t *testing.T) {
	t.Parallel()
	for _, s := range liveIdentifiers {
		id, err := gbcode.ParseIdentifier(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		if back, err := gbcode.MintIdentifier(id); err != nil || back != s {
			t.Errorf("%s minted again gives %s, %v", s, back, err)
		}
		imported, ws, err := gbcode.ImportIdentifier(s)
		if err != nil || len(ws) != 0 || imported != id {
			t.Errorf("import of %s: %v, %v, %v", s, imported, ws, err)
		}
	}
}

func TestParseIdentifierRules(t *testing.T) {
	t.Parallel()
	good := liveIdentifiers[0]
	tests := []struct {
		name, in string
		rule     gbcode.Rule
	}{
		{"empty", "", gbcode.RuleRoot},
		{"pre-standard root", strings.Replace(good, "3005", "3003", 1), gbcode.RuleRoot},
		{"no dot after the root", "1.2.156.3005.21.11100000000013338W032.x.y.z", gbcode.RuleRoot},
		{"segment missing", root + "11100000000013338W032.2430599.001.F", gbcode.RuleShape},
		{"segment too many", good + ".F", gbcode.RuleShape},
		{"type", strings.Replace(good, "W032", "X032", 1), gbcode.RuleType},
		{"type sequence", strings.Replace(good, "W032", "W03A", 1), gbcode.RuleType},
		{"issuer is a region", legacyIssuer, gbcode.RuleIssuer},
		{"serial empty", strings.Replace(good, "2430599", "", 1), gbcode.RuleSerial},
		{"serial lower case", strings.Replace(good, "2430599", "243o599", 1), gbcode.RuleSerial},
		{"version 000", strings.Replace(good, ".001.", ".000.", 1), gbcode.RuleVersion},
		{"version of two digits", strings.Replace(good, ".001.", ".01.", 1), gbcode.RuleVersion},
		{"check", strings.TrimSuffix(good, "F") + "G", gbcode.RuleCheck},
		{"check of two characters", good + "F", gbcode.RuleCheck},
		{"check missing", strings.TrimSuffix(good, "F"), gbcode.RuleCheck},
		{"anonymised sample 1", anonymised1, gbcode.RuleCheck},
		{"anonymised sample 2", anonymised2, gbcode.RuleCheck},
		{"too long", strings.Replace(good, "2430599", strings.Repeat("2", 100), 1), gbcode.RuleLength},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := gbcode.ParseIdentifier(tt.in)
			wantFault(t, err, gbcode.KindIdentifier, tt.rule, 0)
		})
	}
}

func TestMintIdentifierIsStrict(t *testing.T) {
	t.Parallel()
	good := gbcode.Identifier{TypeCode: "11100000000013338W011", IssuerCode: "11350100003604451P", Serial: "1", Version: 1}
	tests := []struct {
		name string
		bend func(*gbcode.Identifier)
		rule gbcode.Rule
	}{
		{"type", func(id *gbcode.Identifier) { id.TypeCode = "11100000000013338W01" }, gbcode.RuleType},
		{"region as issuer", func(id *gbcode.Identifier) { id.IssuerCode = "350100" }, gbcode.RuleIssuer},
		{"dot in the serial", func(id *gbcode.Identifier) { id.Serial = "1.1" }, gbcode.RuleSerial},
		{"no serial", func(id *gbcode.Identifier) { id.Serial = "" }, gbcode.RuleSerial},
		{"version 0", func(id *gbcode.Identifier) { id.Version = 0 }, gbcode.RuleVersion},
		{"version 1000", func(id *gbcode.Identifier) { id.Version = 1000 }, gbcode.RuleVersion},
		{"length", func(id *gbcode.Identifier) { id.Serial = strings.Repeat("1", 67) }, gbcode.RuleLength},
	}
	if _, err := gbcode.MintIdentifier(good); err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id := good
			tt.bend(&id)
			_, err := gbcode.MintIdentifier(id)
			wantFault(t, err, gbcode.KindIdentifier, tt.rule, 0)
		})
	}
}

func TestImportIdentifierWarns(t *testing.T) {
	t.Parallel()
	good := liveIdentifiers[0]
	tests := []struct {
		name, in string
		rules    []gbcode.Rule
	}{
		{"legacy issuer", legacyIssuer, []gbcode.Rule{gbcode.RuleIssuer}},
		{"anonymised 1", anonymised1, []gbcode.Rule{gbcode.RuleCheck}},
		{"anonymised 2", anonymised2, []gbcode.Rule{gbcode.RuleCheck}},
		{"lower case and blank", " " + strings.ToLower(good), []gbcode.Rule{gbcode.RuleCharset}},
		{"type", strings.Replace(good, "W032", "W32", 1), []gbcode.Rule{gbcode.RuleType, gbcode.RuleCheck}},
		{"short version", strings.Replace(good, ".001.", ".1.", 1), []gbcode.Rule{gbcode.RuleVersion, gbcode.RuleCheck}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id, ws, err := gbcode.ImportIdentifier(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if id.Version != 1 || id.Serial == "" {
				t.Errorf("got %+v", id)
			}
			if len(ws) != len(tt.rules) {
				t.Fatalf("got %v, want %v", ws, tt.rules)
			}
			for i, w := range ws {
				if w.Rule != tt.rules[i] || w.Err == nil {
					t.Errorf("warning %d: %v, want %s", i, w, tt.rules[i])
				}
			}
		})
	}
}

func TestImportIdentifierRefuses(t *testing.T) {
	t.Parallel()
	good := liveIdentifiers[0]
	for name, in := range map[string]string{
		"pre-standard root": strings.Replace(good, "3005", "3003", 1),
		"segment missing":   strings.Replace(good, ".001", "", 1),
		"empty serial":      strings.Replace(good, "2430599", "", 1),
		"chinese type":      strings.Replace(good, "11100000000013338W032", "证", 1),
		"version in words":  strings.Replace(good, ".001.", ".V1.", 1),
		"long version":      strings.Replace(good, ".001.", ".0001.", 1),
		"long":              good + strings.Repeat("F", 100),
	} {
		if id, _, err := gbcode.ImportIdentifier(in); err == nil {
			t.Errorf("%s: got %+v", name, id)
		}
	}
}

func TestErrorGivesTheFaultInside(t *testing.T) {
	t.Parallel()
	_, err := gbcode.ParseIdentifier(legacyIssuer)
	var inner *gbcode.Error
	if !errors.As(errors.Unwrap(err), &inner) || inner.Kind != gbcode.KindUSCC || inner.Rule != gbcode.RuleLength {
		t.Errorf("inside is %v", inner)
	}
	want := "电子证照标识：颁发机构代码有误——统一社会信用代码：长度不符合标准"
	e, ok := errors.AsType[*gbcode.Error](err)
	if !ok {
		t.Fatalf("got %v, want a gbcode.Error", err)
	}
	if got := e.Chinese(); got != want {
		t.Errorf("got %s", got)
	}
}

func FuzzIdentifier(f *testing.F) {
	for _, s := range append(liveIdentifiers, legacyIssuer, anonymised1, anonymised2) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := gbcode.ParseIdentifier(s)
		loose, ws, lerr := gbcode.ImportIdentifier(s)
		if err != nil {
			if lerr == nil && len(ws) == 0 {
				t.Fatal("import has no warning for what parse refuses")
			}
			return
		}
		if lerr != nil || len(ws) != 0 || loose != id {
			t.Fatalf("import of a valid identifier: %v, %v", ws, lerr)
		}
		if back, err := gbcode.MintIdentifier(id); err != nil || back != s {
			t.Fatalf("minted again: %q, %v", back, err)
		}
	})
}

func FuzzMintIdentifier(f *testing.F) {
	f.Add("11100000000013338W011", "11350100003604451P", "350100202400000001", 1)
	f.Add("11100000MB03271699001", "11350100003604451P", "Z", 999)
	f.Fuzz(func(t *testing.T, typeCode, issuer, serial string, version int) {
		id := gbcode.Identifier{TypeCode: typeCode, IssuerCode: issuer, Serial: serial, Version: version}
		s, err := gbcode.MintIdentifier(id)
		if err != nil {
			return
		}
		if back, err := gbcode.ParseIdentifier(s); err != nil || back != id {
			t.Fatalf("parsed back: %+v, %v", back, err)
		}
	})
}

func BenchmarkMintIdentifier(b *testing.B) {
	id := gbcode.Identifier{
		TypeCode: "11100000MB03271699001", IssuerCode: "11350100003604451P",
		Serial: "0F8FAD5BD9CB469FA16570867728950E", Version: 1,
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := gbcode.MintIdentifier(id); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseIdentifier(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := gbcode.ParseIdentifier(liveIdentifiers[5]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheckUSCC(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if err := gbcode.CheckUSCC("11350100003604451P"); err != nil {
			b.Fatal(err)
		}
	}
}
