// SPDX-License-Identifier: MIT
#pragma once
#include <isotypic/model/gradient.hpp>
#include <isotypic/model/role_slot.hpp>
#include <algorithm>
#include <array>
#include <exception>
#include <span>
#include <tuple>
#include <vector>

/// \file
/// A whole model: one rule a role, any number of blocks a role.
///
///     auto stack = layerwise<float>(on<embedding>(m | row_norm{}, 0.5), on<projection>(m | polar{}, 0.02));
///     auto embed = stack.add("embed", as<embedding>(E));
///     auto q     = stack.add("layer 0, q", as<projection>(Q));
///     stack.step(embed(dE), q(dQ));
namespace isotypic {

/// See the file's comment. Made by `layerwise<T>(...)`.
template <device Device, class T, class... Entries>
class layerwise_stack_on {
    using space = typename Device::space;
    using gradient = isotypic::gradient<T, space>;
    using number = typename Device::template number<double>;
    using factor = detail::gradient_factor<number>;
    static constexpr bool on_host = std::is_same_v<space, host>;

public:
    /// If positive: gradients are scaled down together so that the norm of all of them is at most this.
    /// A common factor commutes with every group here; a rule of degree 0 sees it only through its memory.
    double clip = 0;

    explicit layerwise_stack_on(Device on, Entries... e) : device(std::move(on)), entries(std::make_unique<std::tuple<Entries...>>(std::move(e)...)) {}

    /// Work is spread over `e`, which must outlive the stack; the bits stay the same.
    void run_on(executor_ref e) { device = Device(e); }
    /// Where the steps run; on a GPU its `status()` says what became of them.
    Device const& on_device() const { return device; }

    /// Adds a weight under a name of its own, before the first step. Its memory must outlive the stack and stay where it is.
    template <class Role, class U>
    block_handle<T, space> add(std::string name, typed_block<Role, U, space> w) {
        constexpr bool same = std::is_same_v<U, T>;
        static_assert(same, "this block's element type is not the stack's: layerwise<float> or layerwise<double>");
        require_rule<Role>();
        if constexpr (same && has<Role>) {
            // Averages are freed of their zero start by the stack's number of steps.
            if (steps_done) throw error("isotypic: block '" + name + "' is added after " + std::to_string(steps_done) + " steps: add() all blocks before the first");
            for (auto const& s : slots) {
                if (s->name == name) throw error("isotypic: the stack has a block '" + name + "' already");
                if (overlap(s->weight(), w.all)) throw error("isotypic: blocks '" + s->name + "' and '" + name + "' share memory");
            }
            auto& entry = on<Role>();
            using slot = detail::role_slot<Role, decltype(entry.rule), T, Device>;
            slots.push_back(std::make_unique<slot>(device, std::move(name), entry, w.all, index_t(place<Role>())));
            const auto key = [&](std::size_t i) { return std::tuple(slots[i]->place, slots[i]->weight().cols(), slots[i]->weight().rows()); };
            order.insert(std::upper_bound(order.begin(), order.end(), slots.size() - 1, [&](auto a, auto b) { return key(a) < key(b); }), slots.size() - 1);
            now.resize(slots.size()), failures.resize(slots.size()), seen.resize(slots.size());
        }
        return {id, slots.size() - 1};
    }
    template <matrix W>
    block_handle<T, space> add(std::string const&, W&&) {
        static_assert(detail::always_false<W>, "what acts on this weight? say its role: add(name, as<role>(W))");
        return {};
    }

    /// The rule, rate and decay of a role, to read or to change.
    template <class Role>
    decltype(auto) on() {
        require_rule<Role>();
        if constexpr (has<Role>) return (std::get<place<Role>()>(*entries));
    }

    /// One step of every block, each with its gradient: `step(embed(dE), q(dQ))`, or a vector of them. Throws
    /// isotypic::error, names the block and changes nothing if a gradient is missing, given twice, of another
    /// shape, in part the weight's memory, in another block's, or not finite, or a rate is not. An exception from a rule of the
    /// user's own names the blocks that have stepped, and the step counts.
    template <class... G>
        requires(!(std::is_convertible_v<G const&, std::span<gradient const>> || ...))
    void step(G const&... gradients) {
        constexpr bool known = (std::is_same_v<G, gradient> && ...);
        static_assert(known, "a gradient comes through its block's handle: step(embed(dE), ...) with embed = stack.add(...)");
        if constexpr (known) {
            const std::array<gradient, sizeof...(G)> all{gradients...};
            step(std::span<gradient const>(all));
        }
    }
    void step(std::span<gradient const> gradients) {
        auto open = device.open_step();
        collect(gradients);
        const index_t t = steps_done + 1;
        require_rates(t);
        auto scope = device.scratch().open();
        const factor clipped = checked();
        counted = device.count_step(t);
        // Rules without products spread each block over the threads; rules with products take a thread a block.
        for (std::size_t i : order)
            if (!slots[i]->multiplies) step_one(i, device, t, clipped);
        device.for_each_task(index_t(slots.size()), [&](index_t i, Device& d) {
            if (slots[std::size_t(i)]->multiplies) step_one(std::size_t(i), d, t, clipped);
        });
        open.close();
        if (!device.capturing()) steps_done = t;
        report_failures();
    }

    /// Before each launch of a captured step: counts it, and puts its rates where the graph reads them. Decays and `clip` stay the captured ones.
    void before_replay()
        requires(!std::is_same_v<space, host>)
    {
        require_rates(steps_done + 1);
        ++steps_done;
        index_t place = 0;
        std::apply([&](auto const&... e) { (device.keep(place++, e.rate(steps_done)), ...); }, *entries);
    }

    index_t steps() const { return steps_done; }
    std::size_t size() const { return slots.size(); }
    /// f(name, role, rule, weight) for each block.
    template <class F>
    void for_each_block(F const& f) const {
        for (auto const& s : slots) f(s->name, s->role, s->rule, s->weight());
    }
    /// f(block's name, named_block) for each block of state.
    template <class F>
    void for_each_state(F const& f) const {
        for (auto const& s : slots) s->for_each_state([&](basic_named_block<space> b) { f(s->name, std::move(b)); });
    }
    /// Continues as if `steps` steps had been made; `load` calls it.
    void continue_at(index_t steps) {
        steps_done = steps;
        device.continue_at(steps);
    }

private:
    template <class Role>
    static constexpr bool has = detail::entries_for<Role, Entries...> > 0;

    template <class Role>
    static constexpr void require_rule() {
        static_assert(has<Role>, "this stack has no rule for the block's role: give layerwise() an on<role>(rule, rate)");
    }
    template <class Role>
    static constexpr std::size_t place() {
        std::size_t i = 0, found = 0;
        ((found = std::is_same_v<typename Entries::role, Role> ? i : found, ++i), ...);
        return found;
    }

    void require_rates(index_t t) const {
        std::apply([&](auto const&... e) { (detail::finite_rate<typename Entries::role>(e.rate(t)), ...); }, *entries);
    }

    void collect(std::span<gradient const> gradients) {
        if (slots.empty()) throw error("isotypic: this stack has no blocks: add() them before the first step");
        std::fill(seen.begin(), seen.end(), char(0)), std::fill(failures.begin(), failures.end(), nullptr);
        for (auto const& g : gradients) {
            if (g.stack != id) throw error("isotypic: a gradient was made by a handle of another stack");
            if (seen[g.block]) throw error("isotypic: block '" + slots[g.block]->name + "' got two gradients in one step");
            seen[g.block] = 1, now[g.block] = g.values;
        }
        for (std::size_t i = 0; i < slots.size(); ++i)
            if (!seen[i]) throw error("isotypic: block '" + slots[i]->name + "' got no gradient in this step");
        for (std::size_t i = 0; i < slots.size(); ++i) {
            detail::require_beside(slots[i]->name, slots[i]->weight(), now[i]);
            for (auto const& other : slots)
                if (other != slots[i] && overlap(other->weight(), now[i]))
                    throw error("isotypic: the gradient of block '" + slots[i]->name + "' lies in the memory of block '" + other->name + "'");
        }
    }

    /// Looks at all gradients' numbers: how they are clipped, if they are.
    factor checked() {
        const index_t n = index_t(now.size());
        if (!(clip > 0)) {
            for (std::size_t i = 0; i < now.size(); ++i) detail::require_finite_gradient(device, slots[i]->name, now[i], index_t(i));
            return {};
        }
        double* norms = device.scratch().template take<double>(n + 1);
        for (index_t i = 0; i < n; ++i) detail::require_norm(device, slots[std::size_t(i)]->name, now[std::size_t(i)], i, norms + i);
        row_norms(device, blocks<double const, space>(view<double const, space>(norms, 1, n)), norms + n);
        const blocks<double, space> all = detail::numbers<space>(norms + n, 1);
        // Of doubles it may overflow. A device that does not wait refuses the step, in the name of the last block.
        if constexpr (requires { note_finite(device, now[0], n); }) {
            if constexpr (sizeof(T) == sizeof(double)) note_finite(device, blocks<double const, space>(all), n - 1);
        } else if (!std::isfinite(norms[n])) {
            throw error("isotypic: the norm of all gradients together is too large for a double: there is no factor to clip them by");
        }
        transform(device, detail::factor_to{clip}, all);
        if constexpr (on_host)
            return {norms[n], true};
        else
            return {{norms + n}, true};
    }

    void step_one(std::size_t i, Device& d, index_t t, factor clipped) {
        try {
            slots[i]->step(d, t, counted, now[i], clipped);
        } catch (...) {
            failures[i] = std::current_exception();
        }
    }

    void report_failures() {
        std::string failed, stepped;
        std::exception_ptr first;
        for (auto const& f : failures)
            if (f && !first) first = f;
        if (!first) return;
        for (std::size_t i = 0; i < slots.size(); ++i) (failures[i] ? failed : stepped) += " '" + slots[i]->name + "'";
        std::string why = "an exception";
        try {
            std::rethrow_exception(first);
        } catch (std::exception const& e) {
            why = e.what();
        } catch (...) {
        }
        throw error("isotypic: a rule threw (" + why + ") on" + failed + "; stepped:" + (stepped.empty() ? " none" : stepped));
    }

    Device device;
    std::unique_ptr<std::tuple<Entries...>> entries;
    std::vector<std::unique_ptr<detail::any_slot<T, Device>>> slots;
    std::vector<std::size_t> order;           // slots, those of a role and a shape side by side, so that a device may take them together
    std::vector<blocks<T const, space>> now;  // this step's gradients
    typename Device::template number<index_t> counted{};
    std::vector<char> seen;
    std::vector<std::exception_ptr> failures;
    std::uint64_t id = detail::next_stack();
    index_t steps_done = 0;
};

/// On the CPU.
template <class T, class... Entries>
using layerwise_stack = layerwise_stack_on<cpu, T, Entries...>;

/// See the file's comment. `layerwise_on<T>(device, ...)` works in a device's memory.
template <class T, device Device, class... Entries>
    requires(stored_in<T, typename Device::space>)
layerwise_stack_on<Device, T, Entries...> layerwise_on(Device on, Entries... entries) {
    static_assert(((detail::entries_for<typename Entries::role, Entries...> == 1) && ...), "a role stands twice in this stack: one on<role>(rule, rate) each");
    return layerwise_stack_on<Device, T, Entries...>(std::move(on), std::move(entries)...);
}
template <scalar T, class... Entries>
layerwise_stack<T, Entries...> layerwise(Entries... entries) {
    return layerwise_on<T>(cpu{}, std::move(entries)...);
}

}  // namespace isotypic
