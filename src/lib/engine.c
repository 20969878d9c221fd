/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/lib.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

sb_time_us sb_lib_now(const struct sandbank_engine *engine)
{
    const struct sb_os *os = sb_os_real();
    sb_time_us now = os->now(os->context);
    return SB_MAX(now, sb_ledger_time(sb_engine_ledger(engine->inner)));
}

static bool is_in_force(const struct sandbank_engine *engine, const struct sb_source *sources, uint32_t count)
{
    const struct sb_plan *in_force = sb_ledger_plan(sb_engine_ledger(engine->inner));
    struct sb_symbols *symbols = sb_symbols_copy(sb_engine_symbols(engine->inner));
    struct sb_diagnostics unheard = {0}; /* not installing says what is wrong with the time */
    struct sb_plan *plan = NULL;
    struct sb_plan_options options = {.law = SB_LAW_LIVE};
    bool same = in_force && symbols &&
                sb_plan_compile(sources, count, &options, symbols, &plan, &unheard, NULL) == SB_OK &&
                memcmp(plan->hash, in_force->hash, sizeof(plan->hash)) == 0;
    sb_plan_free(plan);
    sb_diagnostics_release(&unheard);
    sb_symbols_free(symbols);
    return same;
}

static enum sb_status install(struct sandbank_engine *engine, const struct sandbank_charter *charters,
                              size_t count, int64_t time_us, struct sb_err *err)
{
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    enum sb_status status = sb_lib_sources(charters, count, sources, err);
    if (status != SB_OK)
        return status;
    sb_time_us time = time_us == SANDBANK_NOW ? sb_lib_now(engine) : time_us;
    if (time < SB_TIME_MIN || time > SB_TIME_MAX)
        return sb_fail(err, SB_INVALID, "a time outside the years 1 to 9999",
                       "thời điểm ngoài các năm từ 1 đến 9999");
    /* The engine would journal the new names before it met the refusal, and stop for good. */
    if (time < sb_ledger_time(sb_engine_ledger(engine->inner)))
        return is_in_force(engine, sources, (uint32_t)count)
                   ? SB_OK
                   : sb_fail(err, SB_INVALID, "a charter cannot come into force before the latest event",
                             "điều lệ không thể có hiệu lực trước sự kiện mới nhất");
    struct sb_diagnostics diagnostics = {0};
    status = sb_engine_install(engine->inner, sources, (uint32_t)count, time, &diagnostics, err);
    sb_diagnostics_release(&diagnostics);
    return status;
}

static enum sb_status be_under_law(struct sandbank_engine *engine,
                                   const struct sandbank_engine_options *options, struct sb_err *err)
{
    if (options->charter_count > 0)
        return install(engine, options->charters, options->charter_count, options->charter_time_us, err);
    return sb_ledger_plan(sb_engine_ledger(engine->inner))
               ? SB_OK
               : sb_fail(err, SB_INVALID, "the journal has no charter, and none was given",
                         "nhật ký chưa có điều lệ, và không có điều lệ nào được đưa vào");
}

enum sandbank_status sandbank_engine_open(const char *folder, const struct sandbank_engine_options *options,
                                          struct sandbank_engine **ret_engine, struct sandbank_error *error)
{
    struct sb_err err = {0};
    struct sandbank_engine_options taken;
    enum sb_status status = sb_lib_take_struct(&taken, sizeof(taken), options, &err);
    struct sandbank_engine *engine = status == SB_OK ? calloc(1, sizeof(*engine)) : NULL;
    if (status == SB_OK && !engine)
        status = sb_fail(&err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    struct sb_engine_options inner = {
        .create = !taken.must_exist,
        .origin = taken.origin ? taken.origin : "",
        .signing_key = taken.secret_key,
        .checkpoint_every = taken.checkpoint_every,
        .snapshot_every = taken.snapshot_every,
        .no_snapshots = taken.no_snapshots,
    };
    if (status == SB_OK)
        status = sb_engine_open(folder, &inner, &engine->inner, NULL, &err);
    if (status == SB_OK)
        status = be_under_law(engine, &taken, &err);
    if (status == SB_OK)
        *ret_engine = engine;
    else if (engine)
        (void)sandbank_engine_close(engine, NULL); /* the first error is the one to tell */
    return sb_lib_end(status, &err, error);
}

enum sandbank_status sandbank_engine_install(struct sandbank_engine *engine,
                                             const struct sandbank_charter *charters, size_t count,
                                             int64_t time_us, struct sandbank_error *error)
{
    struct sb_err err = {0};
    return sb_lib_end(install(engine, charters, count, time_us, &err), &err, error);
}

enum sandbank_status sandbank_engine_close(struct sandbank_engine *engine, struct sandbank_error *error)
{
    struct sb_err err = {0};
    if (!engine)
        return SANDBANK_OK;
    enum sb_status status = sb_engine_close(engine->inner, &err);
    free(engine);
    return sb_lib_end(status, &err, error);
}

uint64_t sandbank_engine_newest(const struct sandbank_engine *engine)
{
    return sb_engine_newest(engine->inner);
}

unsigned sandbank_engine_decimals(const struct sandbank_engine *engine)
{
    return sb_ledger_plan(sb_engine_ledger(engine->inner))->decimals;
}
