package errs

var callerMessages = messages{
	"caller.unknown":     {"这个系统没有应用登记，不能调用共享接口。", "This system is not registered for the share interface."},
	"caller.addresses":   {"请填写调用地址，例如 10.1.2.3 或 10.1.0.0/16。", "Give the addresses that requests come from, such as 10.1.2.3 or 10.1.0.0/16."},
	"caller.validity":    {"有效期的最后一天不能早于第一天。", "The last day lies before the first."},
	"caller.field":       {"证照类型没有这个字段。", "The license type has no such field."},
	"caller.type":        {"每种证照登记一次，至少一项权利，每天1至1000000次。", "Each type is registered once, with a right at least, from 1 to 1,000,000 times a day."},
	"caller.element":     {"必填参数为空。用证五要素（单位、经办人、事项名称、事项编码、办件编号）和查询条件都要填写。", "A required parameter is empty: the five elements (unit, clerk, matter's name and code, case number) and what is asked for."},
	"caller.unit":        {"单位名称与接入台账不一致。", "The unit's name is not that of the ledger."},
	"caller.matter":      {"事项编码不存在，或事项名称与编码不一致。", "There is no such matter, or its name is another."},
	"caller.replay":      {"这个请求已经收到过。请换一个随机数重新签名。", "This request was received before; sign anew with another nonce."},
	"caller.address":     {"这个应用没有登记从这个地址调用。", "The application is not registered for requests from this address."},
	"caller.period":      {"应用登记还没有生效或已经到期。", "The application's registration is not in force."},
	"caller.holder-code": {"持证主体代码不规范。", "The holder's code is malformed."},
	"caller.no-holder":   {"缺持证主体代码。", "The holder's code is missing."},
	"caller.no-number":   {"缺证照编号。", "The license's number is missing."},

	"department.ok": {"成功", "ok"},
}
