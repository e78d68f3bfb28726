package catalog_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/yinxin-org/yinxin/internal/catalog"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What two versions differ in, kept as a file: fields, validity, number, seals and face together.
func TestDiffIsAsItWas(t *testing.T) {
	t.Parallel()
	from, to := whole(), whole()
	to.Version, to.Name, to.Issuers = 2, "食品经营许可证（新版）", []string{county}
	to.Validity = catalog.Validity{Rule: catalog.Until}
	to.Inspection = &catalog.Inspection{Months: 12, Remind: 30, Basis: "食品安全法", Overdue: "mark"}
	to.Number = "JY{year}{seq8}"
	to.Fields = slices.Clone(permit.Fields)
	to.Fields[0].MaxLen, to.Fields[0].Pattern = 20, "^.{2,20}$"
	to.Fields[4].Options = []string{"餐饮", "销售", "食堂"}
	to.Fields = append(slices.Delete(to.Fields, 1, 2), catalog.Field{Name: "KZ_ZP", Label: "照片", Type: "photo"})
	to.Seals = []catalog.SealStep{{Step: 1, Unit: "issuer", Name: "新章"}, {Step: 2, Unit: "definer", Name: "省局章", Mode: "joint"}}
	to.Face.Objects = []catalog.FaceObject{{Kind: "qr", X: 1, Y: 1, W: 20}, {Kind: "text", X: 12, Y: 20, Size: 5, Text: "证"},
		{Kind: "seal", X: 200, Y: 150, W: 38, H: 38, Step: 1}}
	got, err := json.MarshalIndent(catalog.Diff(&from, &to), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "diff.json")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.TrimSpace(want), got) {
		t.Errorf("the difference is told otherwise than in %s:\n%s", golden, got)
	}
	if d := catalog.Diff(&to, &to); len(d) != 0 {
		t.Errorf("differs from itself: %+v", d)
	}
}
