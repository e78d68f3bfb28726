/** Words that both apps use. */
export const zh = {
  shared: {
    brand: '印信',
    loading: '正在载入',
    retry: '重试',
    back: '返回',
    network: '连不上服务器。请检查网络，然后重试。',
    unknown: '服务器没能完成这一步。请稍后重试；若仍不行，请联系服务中心并报上编号：{code}。',
    signedOut: '登录已失效，请重新登录。',
    beijing: '时间为北京时间。',
    skip: '跳到正文',
    show: '显示',
    hide: '隐藏',
  },
}
