package verify

import "sync"

// labels gives the Chinese names of the metadata items of GB/T 36903 and of
// annotated copies.
var labels = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"ZZMC":       "证照名称",
		"ZZLXDM":     "证照类型代码",
		"ZZBH":       "证照编号",
		"ZZBS":       "电子证照标识",
		"ZZBFJG":     "证照颁发机构",
		"ZZBFJGDM":   "证照颁发机构代码",
		"ZZBFRQ":     "证照颁发日期",
		"CZZT":       "持证主体",
		"CZZTDM":     "持证主体代码",
		"CZZTDMLX":   "持证主体代码类型",
		"CZZTDMLXDM": "持证主体代码类型代码",
		"ZZYXQQSRQ":  "有效期起始日期",
		"ZZYXQJZRQ":  "有效期截止日期",
		"JZJZZSJ":    "加注件制作时间",
		"JZJZZZ":     "加注件制作者",
		"JZJZZSY":    "加注件制作事由",
		"JZJYXQJZSJ": "加注件有效期截止时间",
	}
})
