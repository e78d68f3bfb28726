package batch

import (
	"testing"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
)

// Who judges a batch sees of a person no more than lists show, and of an organisation what is public.
func TestRowsAreMasked(t *testing.T) {
	t.Parallel()
	const first = "91350102YX0000001"
	check, err := gbcode.USCCCheckChar(first)
	if err != nil {
		t.Fatal(err)
	}
	typ := &catalog.Type{Fields: []catalog.Field{{Name: "KZ_A", Type: "text"}, {Name: "KZ_B", Type: "text", Sensitive: 1}, {Name: "KZ_C", Type: "text", Sensitive: 2}}}
	values := map[string]string{
		"holderCode": first + string(check), "holderName": "榕印小吃店", "number": "JY23501021234567", "holderPhone": "13800001234",
		"holderCode2": "110101199003074557", "holderName2": "林小清", "holderPhone2": "13900005678",
		"KZ_A": "热食类食品制售", "KZ_B": "东街8号", "KZ_C": "体检合格", "issuedOn": "2026-03-01",
	}
	for column, want := range map[string]string{
		"holderCode": "913***********" + (first + string(check))[14:], "holderName": "榕印小吃店", "number": "JY23501021234567", "holderPhone": "138****1234",
		"holderCode2": "110***********4557", "holderName2": "林*清", "holderPhone2": "139****5678",
		"KZ_A": "热食类食品制售", "KZ_B": "东***", "KZ_C": "****", "issuedOn": "2026-03-01",
	} {
		if got := covered(typ, column, values); got != want {
			t.Errorf("%s: %q, want %q", column, got, want)
		}
	}
	delete(values, "holderCode")
	if got := covered(typ, "holderName", values); got != "榕*店" {
		t.Errorf("without a code, a name may be a person's: %q", got)
	}
}
