package license

import (
	"testing"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// What somebody sees who may know the field KZ_A alone.
func TestFaceIsMaskedByLevel(t *testing.T) {
	t.Parallel()
	typ := &catalog.Type{Fields: []catalog.Field{
		{Name: "KZ_A", Type: "text", Sensitive: 2}, {Name: "KZ_B", Type: "text", Sensitive: 2}, {Name: "KZ_C", Type: "text", Sensitive: 1},
		{Name: "KZ_D", Type: "date", Sensitive: 1}, {Name: "KZ_E", Type: "text"}, {Name: "KZ_F", Type: "code", Sensitive: 1},
	}}
	person := Body{Type: typ, Values: map[string]string{"CZZTDMLXDM": "111"}}
	firm := Body{Type: typ, Values: map[string]string{"CZZTDMLXDM": holder.CodeUSCC}}
	for name, c := range map[string]struct {
		body             Body
		tag, value, want string
	}{
		"bound":                   {person, "KZ_A", "榕城市临江区", "榕城市临江区"},
		"most sensitive":          {person, "KZ_B", "榕城市临江区", "****"},
		"masked text":             {person, "KZ_C", "榕城市临江区", "榕*****"},
		"masked code":             {person, "KZ_F", "110101199003071234", "110***********1234"},
		"masked number":           {person, "KZ_C", "13800138000", "138****8000"},
		"masked date":             {person, "KZ_D", "1990年03月07日", "1990****"},
		"open":                    {person, "KZ_E", "榕城市", "榕城市"},
		"unknown":                 {person, "KZ_X", "榕城市", "****"},
		"nothing":                 {person, "KZ_B", "", ""},
		"a person's name":         {person, "CZZT", "欧阳修远", "欧*远"},
		"a person's code":         {person, "CZZTDM", "110101199003071234", "****"},
		"a person's number":       {person, "ZZBH", "YX12345678", "YX1***5678"},
		"an organisation's name":  {firm, "CZZT", "榕城饼家", "榕城饼家"},
		"an organisation's paper": {firm, "ZZBH", "YX12345678", "YX12345678"},
		"issuer":                  {person, "ZZBFJG", "榕城市公安局", "榕城市公安局"},
	} {
		if got := c.body.mask([]string{"KZ_A"})(c.tag, c.value); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestPhotoIsHiddenUnlessBound(t *testing.T) {
	t.Parallel()
	b := Body{Type: &catalog.Type{Fields: []catalog.Field{{Name: "KZ_ZP", Type: "photo", Sensitive: 1}}}}
	if !b.hidesPhoto([]string{"CZZT"}) || b.hidesPhoto([]string{"KZ_ZP"}) {
		t.Error("the photo does not follow the fields")
	}
	b.Type.Fields[0].Sensitive = 0
	if b.hidesPhoto(nil) {
		t.Error("an open photo is hidden")
	}
}
