package web

import "testing"

func TestFact(t *testing.T) {
	t.Parallel()
	date, number := Text{Zh: "有效期截止日期", En: "Valid until"}, Text{Zh: "证照编号", En: "Number"}
	for _, c := range []struct {
		label        Text
		value        string
		zh, en, what string
	}{
		{date, "2031-11-02", "2031年11月2日", "2 November 2031", "a date"},
		{date, "20311102", "2031年11月2日", "2 November 2031", "a date as the file spells it"},
		{date, "20311302", "20311302", "20311302", "no date"},
		{date, "长期", "长期", "长期", "words"},
		{number, "20311102", "20311102", "20311102", "a number that could be a date"},
	} {
		f := Field{Label: c.label, Value: c.value}
		if zh, en := (page{Lang: "zh"}).Fact(f), (page{Lang: "en"}).Fact(f); zh != c.zh || en != c.en {
			t.Errorf("%s, %q: %q, %q", c.what, c.value, zh, en)
		}
	}
}

func TestNamesIssuer(t *testing.T) {
	t.Parallel()
	v := VerdictView{Issuer: Text{Zh: "鼓楼区市场监督管理局"}, Fields: []Field{{Label: Text{Zh: "颁发机构"}, Value: "鼓楼区市场监督管理局"}}}
	if !v.NamesIssuer() {
		t.Error("the issuer among the fields is not found")
	}
	v.Fields[0].Value = "台江区市场监督管理局"
	if v.NamesIssuer() {
		t.Error("another unit passes for the issuer")
	}
}
