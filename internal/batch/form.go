package batch

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/sheet"
)

// Names of the columns that every type has. A type's own fields have their own names (KZ_…).
const (
	colCode   = "holderCode" // with 2, 3 … behind it for further holders
	colName   = "holderName"
	colPhone  = "holderPhone"
	colNumber = "number"
	colIssued = "issuedOn"
	colPaper  = "paperSerial"
	colStatus = "status"
	colRow    = "listRow" // in a file of errors: which row of the list it corrects, as the list's own spreadsheet counts
)

// codeWidth is how long a citizen's number and a unified social credit code are.
const codeWidth = 18

// form is the sheet in which licenses of a type are written down.
func form(t *catalog.Type, kind Kind) sheet.Form {
	f := sheet.Form{Zh: t.Name, En: t.NameEn}
	for i := range t.Holders {
		nth, zh, en := "", "", ""
		if i > 0 {
			nth, zh, en = strconv.Itoa(i+1), strconv.Itoa(i+1), " "+strconv.Itoa(i+1)
		}
		needed := i < max(1, t.HoldersMin)
		f.Columns = append(f.Columns,
			sheet.Column{Name: colCode + nth, Zh: "持证主体代码" + zh, En: "Holder's code" + en, Required: needed, Width: codeWidth,
				Aliases: numbered(zh, "身份证号", "身份证号码", "公民身份号码", "统一社会信用代码", "社会信用代码", "信用代码", "证件号码", "CZZTDM", "certificateHolderCode")},
			sheet.Column{Name: colName + nth, Zh: "持证主体" + zh, En: "Holder" + en, Required: needed,
				Aliases: numbered(zh, "姓名", "持证人", "持有人", "单位名称", "企业名称", "店名", "CZZT", "certificateHolderName")},
			sheet.Column{Name: colPhone + nth, Zh: "手机号" + zh, En: "Phone" + en, Aliases: numbered(zh, "联系电话", "电话")})
	}
	old := kind == Stock
	f.Columns = append(f.Columns,
		sheet.Column{Name: colNumber, Zh: "证照编号", En: "Number", Required: old, Aliases: []string{"证号", "证书编号", "许可证编号", "ZZBH", "certificateNumber"}},
		sheet.Column{Name: colIssued, Zh: "颁发日期", En: "Issued on", Required: old, Holds: sheet.Day, Aliases: []string{"发证日期", "签发日期", "ZZBFRQ", "certificateIssuedDate"}},
		sheet.Column{Name: colPaper, Zh: "纸质证照印制号", En: "Paper serial", Aliases: []string{"印制号", "流水号", "印刷编号"}})
	if old {
		f.Columns = append(f.Columns, sheet.Column{Name: colStatus, Zh: "证照状态", En: "State", Aliases: []string{"状态", "证件状态", "ZZZT"}})
	}
	for _, x := range t.Own() {
		f.Columns = append(f.Columns, column(x))
	}
	return f
}

func numbered(nth string, names ...string) []string {
	for i := range names {
		names[i] += nth
	}
	return names
}

// fixed is a pattern that only digits of one length fulfil: what a spreadsheet takes for a number and cuts.
var fixed = regexp.MustCompile(`^\^?(?:\\d|\[0-9\])\{(\d+)\}\$?$`)

func column(x catalog.Field) sheet.Column {
	c := sheet.Column{Name: x.Name, Zh: x.Label, En: x.LabelEn, Required: x.Required}
	if x.Type == "date" {
		c.Holds = sheet.Day
	}
	if m := fixed.FindStringSubmatch(x.Pattern); m != nil && x.Multi <= 1 {
		c.Width, _ = strconv.Atoi(m[1]) // the pattern was judged when the type was published
	}
	if x.Multi > 1 {
		c.Holds = sheet.AnyText
	}
	return c
}

// corrections is the form of a file of errors.
func corrections(f sheet.Form) sheet.Form {
	f.Columns = append([]sheet.Column{{Name: colRow, Zh: "名单行号", En: "Row of the list", Required: true, Holds: sheet.WholeNumber}}, f.Columns...)
	f.Headings = nil
	return f
}

// reader turns the values of a row into a license to be made.
type reader struct {
	t    *catalog.Type
	form sheet.Form
	kind Kind
	now  time.Time // what is issued later than this is refused
	day  time.Time // when a license is issued that names no date
}

// row reads a row's values, which its columns have accepted; faults are all that is wrong beyond that.
func (r reader) row(values map[string]string) (license.Row, []Fault) {
	var faults []Fault
	blame := func(field string, err error) {
		faults = append(faults, faultOf(field, err))
	}
	row := license.Row{Fields: map[string]string{}, Number: values[colNumber], PaperSerial: values[colPaper], IssuedOn: r.day}
	for i := range r.t.Holders {
		nth := ""
		if i > 0 {
			nth = strconv.Itoa(i + 1)
		}
		code, name := values[colCode+nth], values[colName+nth]
		if code == "" && name == "" {
			continue
		}
		p, err := person(code, name, values[colPhone+nth])
		if err != nil {
			blame(columnOf(err, nth), err)
			continue
		}
		row.Holders = append(row.Holders, p)
	}
	if text := values[colIssued]; text != "" {
		day, err := time.ParseInLocation(time.DateOnly, text, clock.Shanghai)
		if err != nil || day.After(r.now) {
			blame(colIssued, errs.New(errs.Invalid, "batch.issued-on"))
		}
		row.IssuedOn = day
	}
	for _, f := range r.t.Own() {
		v := values[f.Name]
		if f.Multi > 1 {
			v = strings.Join(sheet.SplitList(v), "^")
		}
		if v != "" {
			row.Fields[f.Name] = v
		}
	}
	return row, faults
}

// person is a holder as a row names it.
func person(code, name, phone string) (holder.Profile, error) {
	c, kind, err := holder.ParseCode(code, colCode)
	if err != nil {
		return holder.Profile{}, err
	}
	if name == "" {
		return holder.Profile{}, errs.New(errs.Invalid, "field.required").On(colName)
	}
	return holder.Profile{Name: name, Code: c, CodeType: kind, Phone: phone}, nil
}

func columnOf(err error, nth string) string {
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Field != "" {
		return e.Field + nth
	}
	return colCode + nth
}

// faultOf keeps what is wrong, without what stood there.
func faultOf(field string, err error) Fault {
	e := errs.Of(err)
	if field == "" {
		field = e.Field
	}
	return Fault{Field: field, Code: e.Code, Args: e.Args}
}

// fieldOf is the column that an error of the license is about.
func (r reader) fieldOf(err error) string {
	e := errs.Of(err)
	name, _, _ := strings.Cut(e.Field, ".")
	if r.form.Index(name) >= 0 {
		return name
	}
	return ""
}
