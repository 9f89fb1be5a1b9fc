/** The check page's findings in Chinese. The service's own `text` and `fix` are complete English sentences. */

import type { Language } from "./index";

/** What of a finding chooses its sentence. */
export interface Told {
  code: string;
  level: string;
  text: string;
  fix: string;
  about: string;
}

/** `code` or `code:level` -> sentence; `{about}` is what the finding is about. */
export const SENTENCES: Record<string, string> = {
  "audit.unread": "操作记录还没有核对过",
  "audit.whole": "操作记录完整，没有被改动",
  "audit.broken": "操作记录被改动过：第 {about} 行与前一行接不上",
  "book.differs": "有排队记录与交换机的 queue_log 不一致",
  "book.none": "没有配置 queue_log，无法与交换机的账本核对",
  "book.ok": "排队记录与交换机的 queue_log 一致",
  "check.failed": "检查项 {about} 没有查成",
  "conf.clock": "交换机与本服务的时钟差",
  "conf.line_limit": "同时进线数的上限",
  "conf.line_limit:warn": "拨号计划的进线上限与服务的设置不同",
  "conf.menu_guard": "菜单的失联保护",
  "conf.menu_guard:ok": "菜单的失联保护已就位",
  "conf.menu_guard:bad": "拨号计划缺少失联保护：服务中断时菜单里的客户将听不到声音",
  "conf.module:ok": "所需的交换机模块都已加载",
  "conf.module:bad": "交换机模块 {about} 没有加载",
  "conf.queues:ok": "所需的队列都在",
  "conf.queues:bad": "交换机缺少队列",
  "conf.queues": "队列清单查不到",
  "conf.restart:ok": "交换机按本版本的配置运行",
  "conf.restart": "交换机在本版本安装之前就在运行，还没有读取 {about}：网页电话等新功能可能不能用",
  "conf.system_name:ok": "交换机的系统名能防止伪造事件",
  "conf.system_name": "交换机的 systemname 没有设置或太短，无法识别伪造的事件",
  "conf.timestamps:ok": "事件带有交换机自己的时刻",
  "conf.timestamps:bad": "事件没有时间戳，通话秒数和延迟都不准",
  "conf.timestamps": "还没有事件可供检查，请发起一个测试通话",
  "conf.transport:ok": "AMI 只在本机或已加密",
  "conf.transport": "AMI 在网络上明文传输，可能被看到或篡改",
  "conf.version:ok": "交换机版本合适",
  "conf.version:bad": "交换机版本有已知漏洞",
  "conf.version": "交换机版本未经本产品测试",
  "database.away": "数据库连不上，数据暂存在内存和日志文件里",
  "database.ok": "数据库正常接收",
  "database.refuses": "数据库拒绝了一部分记录",
  "disk.ok": "磁盘空间充足",
  "disk.short": "磁盘空间不足",
  "disk.unknown": "磁盘空间查不到",
  "calendar.missing": "{about} 年的节假日还没有填",
  "calendar.ok": "节假日表是新的",
  "flow.flawed": "菜单“{about}”有错误，客户会碰到",
  "flow.none": "菜单“{about}”没有生效，由兜底菜单代替",
  "flow.none:bad": "兜底菜单“{about}”没有生效",
  "flow.ok": "生效的菜单都检查过，没有错误",
  "flow.unreadable": "菜单“{about}”的新版本读不出来",
  "events.lost": "启动以来丢失过事件，每次都已重新核对",
  "job.failing": "定时任务 {about} 没有成功",
  "journal.ok": "每个事件都在半秒内写盘",
  "journal.unwritable": "事件日志写不进去",
  "link.foreign": "有不属于本服务的菜单命令在运行",
  "link.booting": "交换机正在启动",
  "link.closed": "与交换机的连接已关闭",
  "link.connecting": "正在连接交换机",
  "link.listing": "正在核对交换机上的通话",
  "link.logging_in": "正在登录交换机",
  "link.refused": "交换机拒绝了登录",
  "link.waiting": "与交换机的连接断开，稍后自动重连",
  "login.in_use": "交换机账号已被另一个服务使用",
  "login.refused": "交换机拒绝了账号或密码",
  "rights.hands:ok": "第二个 AMI 账号可以做它该做的事",
  "rights.hands": "第二个 AMI 账号不能用，或缺少写权限 {about}",
  "rights.reporting": "AMI 账号缺少写权限 reporting",
  "rights.system": "AMI 账号缺少读权限 system",
  "switch.not_asterisk": "所配置的地址不是 Asterisk 的管理端口",
  "switch.too_old": "Asterisk 版本太旧，不能使用",
  "link.quarantine": "隔离了可疑的报文",
  "link.up": "已登录交换机",
  "loop.ok": "服务反应及时",
  "loop.slow": "服务一度反应迟缓",
  "menu.late": "有客户在菜单里没有及时续期，已转入兜底队列",
  "message.orphan": "留言文件夹里有不属于任何通话的文件：{about}",
  "webhook.failing": "外部系统 {about} 没有正确应答",
  "recording.torn": "有录音在暂停后没有恢复，或转接后没有重新开始",
  "rights.read:ok": "AMI 账号的读权限 {about} 有效",
  "rights.read:bad": "AMI 账号缺少读权限 {about}，收不到它的事件",
  "rights.read": "AMI 账号的读权限 {about} 还没有机会验证",
  "rights.too_wide": "AMI 账号有不需要的写权限 {about}",
  "rights.write:ok": "AMI 账号的写权限齐全",
  "rights.write:bad": "AMI 账号缺少写权限 {about}",
};

/** `code` or `code:level` -> what to do. */
export const FIXES: Record<string, string> = {
  "audit.broken": "保留数据库原样，与最近的备份比对。",
  "book.differs": "看下面的差异：每一条都写明是哪次排队、这里是什么、账本是什么。",
  "book.none": "若 queue_log 在本机，请设置 HOTLINE_QUEUE_LOG。",
  "check.failed": "查看服务日志，一分钟后再看。",
  "conf.clock": "让两台机器跟随同一个时间服务器，只微调，不跳变。",
  "conf.line_limit": "把 extensions.conf 的 LINE_LIMIT 设为 HOTLINE_LINE_LIMIT，然后 dialplan reload。",
  "conf.menu_guard": "使用 docker/asterisk/etc 的 extensions.conf，然后 dialplan reload。",
  "conf.module": "在 modules.conf 加入 load = {about}.so，然后重启 Asterisk。",
  "conf.queues": "按 docker/asterisk/etc/queues.conf 补上队列，然后 queue reload all。",
  "conf.restart": "没有通话时停止系统再启动：./run 会重新启动交换机。",
  "conf.system_name": "在 asterisk.conf 把 systemname 设为 8 位以上随机字母数字，然后重启 Asterisk。",
  "conf.timestamps": "在 manager.conf 设置 timestampevents = yes，然后 manager reload。",
  "conf.transport": "把 AMI 绑定到 127.0.0.1，让服务与 Asterisk 在同一台机器，或放进专用网络。",
  "conf.version:bad": "升级 Asterisk 到 22.10.1 或更新。",
  "conf.version": "使用 Asterisk 22.10.1 或更新的 22 版。",
  "database.away": "恢复数据库即可，暂存的数据会自动补上。",
  "database.refuses": "在服务日志中查找 the database refuses 并报告：这是产品的缺陷。",
  "disk.short": "腾出空间：磁盘满了录音和数据库都会停。",
  "events.lost": "这台机器跟不上现在的话务量。",
  "calendar.missing": "国务院公布 {about} 年放假安排后，在“时间与号码”里填上放假和调休上班的日子。",
  "flow.flawed": "打开这个菜单，照着指出的行改好再发布。",
  "flow.none": "发布这个菜单，或在“时间与号码”里换一个。",
  "flow.unreadable": "打开这个菜单，改好后重新发布；在那之前由上一版代替。",
  "job.failing": "查看服务日志；它会在下一个时间再运行。",
  "journal.unwritable": "腾出空间，或把文件夹的权限还给服务的用户；到现在为止没有丢失。",
  "link.foreign": "停掉另一个服务，或给它一台自己的交换机。",
  "link.booting": "看看 Asterisk 是否在运行、能否连到；连接会自动重试。",
  "link.connecting": "看看 Asterisk 是否在运行、能否连到；连接会自动重试。",
  "link.listing": "看看 Asterisk 是否在运行、能否连到；连接会自动重试。",
  "link.logging_in": "看看 Asterisk 是否在运行、能否连到；连接会自动重试。",
  "link.refused": "看看 Asterisk 是否在运行、能否连到；连接会自动重试。",
  "link.waiting": "看看 Asterisk 是否在运行、能否连到；连接会自动重试。",
  "login.in_use": "停掉另一个服务，或设置 allowmultiplelogin=yes 并让每台交换机只有一个服务。",
  "login.refused": "核对 HOTLINE_AMI_USER 和密码与 manager.conf 是否一致，再看 permit，然后 manager reload。",
  "rights.hands": "核对 HOTLINE_AMI_HANDS_USER 和密码与 manager.conf 是否一致，并检查该账号的 write =，然后 manager reload。",
  "rights.reporting": "在 manager.conf 该账号的 write = 中加入 reporting，然后 manager reload。",
  "rights.system": "在 manager.conf 该账号的 read = 中加入 system，然后 manager reload。",
  "switch.not_asterisk": "让 HOTLINE_AMI_HOST 和 HOTLINE_AMI_PORT 指向 Asterisk 的管理端口（默认 5038）。",
  "switch.too_old": "安装 Asterisk 22.10.1 或更新，或不设 HOTLINE_AMI_HOST 而用系统自带的。",
  "link.quarantine": "检查各端点的 trust_id_inbound=no 和固定的 callerid，并告知线路运营商。",
  "loop.slow": "机器太忙：看看还有什么在运行。",
  "menu.late": "服务曾经停顿：查看日志。",
  "message.orphan": "请听一下：可能是服务中断时客户留下的；听完再移走。",
  "webhook.failing": "来电按节点的“失败”出口继续。请检查规则里的地址能否应答。",
  "recording.torn": "看日志里的 kept whole：那里列出的通话可能有一段没有声音。",
  "rights.read": "在 manager.conf 该账号的 read = 中加入 {about}，然后重启服务。",
  "rights.too_wide": "从 manager.conf 该账号的 write = 中去掉 {about}（和 all），然后 manager reload。",
  "rights.write": "在 manager.conf 该账号的 write = 中加入 {about}，manager reload，再重启服务。",
};

/** Return the finding's sentence; the service's English one when there is no Chinese. */
export function findingText(one: Told, language: Language): string {
  return (language === "zh" && chosen(SENTENCES, one)) || one.text;
}

/** Return what to do about it; empty when there is nothing to do. */
export function findingFix(one: Told, language: Language): string {
  return one.fix === "" ? "" : (language === "zh" && chosen(FIXES, one)) || one.fix;
}

function chosen(table: Record<string, string>, one: Told): string {
  const sentence = table[`${one.code}:${one.level}`] ?? table[one.code] ?? "";
  return sentence.replace("{about}", () => one.about);
}
