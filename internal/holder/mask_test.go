package holder_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/yinxin-org/yinxin/internal/holder"
)

// GB/T 35273-2020: what lists show of persons.
func TestMasks(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"": "", "林": "*", "林㛃": "林*", "陈志远": "陈*远", "欧阳修远": "欧*远", "陈𫘝": "陈*", "郑𬱖𬱖": "郑*𬱖",
		"阿卜杜热合曼·麦麦提图尔荪江": "阿*江",
	} {
		if got := holder.MaskName(name); got != want {
			t.Errorf("name %q: %q, want %q", name, got, want)
		}
	}
	for code, want := range map[string]string{
		"": "", "1234567": "*******", "12345678": "123*5678", "350199198805120022": "350***********0022",
		"91350102YX0109011N": "913***********011N",
	} {
		if got := holder.MaskCode(code); got != want {
			t.Errorf("code %q: %q, want %q", code, got, want)
		}
	}
}

// A code formats itself masked, whatever verb or logger somebody uses without thinking.
func TestCodeDoesNotShowItself(t *testing.T) {
	t.Parallel()
	const code = "350199198805120022"
	c := holder.Code(code)
	p := holder.Profile{Name: "林㛃", Code: c, CodeType: holder.CodeCitizen}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "code", c)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", slog.Any("code", c))
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%s %v %q", c, c, c), fmt.Sprintf("%v %+v %#v", p, p, p), log.String()} {
		if strings.Contains(text, code) || strings.Contains(text, "19880512") {
			t.Errorf("shows itself: %s", text)
		}
	}
	if c.Reveal() != code {
		t.Error("Reveal does not reveal")
	}
}

func TestMaskedKeepsItsLengthAndHidesTheMiddle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := rapid.StringOfN(rapid.RuneFrom([]rune("0123456789X林㛃𫘝")), 0, 30, -1).Draw(r, "text")
		in, out := []rune(s), []rune(holder.MaskCode(s))
		if len(in) != len(out) {
			r.Fatalf("%d characters became %d", len(in), len(out))
		}
		shown := 0
		for i, c := range out {
			if c != '*' {
				shown++
				if c != in[i] {
					r.Fatalf("place %d changed", i)
				}
			}
		}
		if shown > 7 || len(in) <= 7 && shown > 0 {
			r.Fatalf("%d of %d characters are shown", shown, len(in))
		}
	})
}

func TestProfileMasked(t *testing.T) {
	t.Parallel()
	person := holder.Profile{Name: "陈志远", CodeType: holder.CodeCitizen}
	firm := holder.Profile{Name: "福州榕印小吃（演示）有限公司", CodeType: holder.CodeUSCC}
	if person.Masked() != "陈*远" || firm.Masked() != firm.Name {
		t.Errorf("%q, %q", person.Masked(), firm.Masked())
	}
	if person.CodeTypeName() != "公民身份号码" || firm.CodeTypeName() != "统一社会信用代码" {
		t.Errorf("%q, %q", person.CodeTypeName(), firm.CodeTypeName())
	}
}
