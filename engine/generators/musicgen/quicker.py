"""EnCodec's layers put so that a processor is quicker at them. The sound is the same.

- Weights are stored as a direction and a length, which is multiplied out at each call: here once.
- A transposed convolution is one product of matrices, at which libraries are better: for small's
  shape the four layers took two thirds of all convolutions' time; now it is half as long.
- ELU by torch's own costs a third of everything after the LSTM, for an exact ``expm1``: a quarter
  of that does, by ``exp``.
- The LSTM's weights are read again for each frame, 67 MB of them in small: in 16 bits it takes a
  third of the time. That is not the same sound to the last bit, but 70 dB nearer than it is loud.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize, remove_weight_norm

__all__ = ["Elu", "HalfMemory", "State", "Upsampling", "in_half", "quicken"]

State = tuple[Tensor, Tensor]
"""What an LSTM has heard."""


@torch.no_grad()
def quicken(codec: nn.Module) -> None:
    """Fold the weights of all layers, and put what is quicker in the place of some."""
    for module in list(codec.modules()):
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight")
        elif hasattr(module, "weight_g"):
            remove_weight_norm(module)
    for module in list(codec.modules()):
        for name, layer in list(module.named_children()):
            if isinstance(layer, nn.ConvTranspose1d) and Upsampling.can_replace(layer):
                setattr(module, name, Upsampling(layer))
            elif isinstance(layer, nn.ELU) and layer.alpha == 1:
                setattr(module, name, Elu())


class Elu(nn.Module):
    """What ``nn.ELU`` does, to within 1e-7: where x is below 0, e to the x, less 1, is above it."""

    def forward(self, x: Tensor) -> Tensor:
        below = x.clamp_max(0).exp_().sub_(1)
        return torch.maximum(x, below, out=below)


class Upsampling(nn.Module):
    """What ``nn.ConvTranspose1d`` does whose kernel is a multiple of its stride."""

    def __init__(self, layer: nn.ConvTranspose1d) -> None:
        super().__init__()
        self.kernel_size, self.stride = layer.kernel_size, layer.stride
        inputs, outputs, length = layer.weight.shape
        self._taps, self._each = length // layer.stride[0], layer.stride[0]
        parts = layer.weight.view(inputs, outputs, self._taps, self._each).permute(1, 3, 2, 0)
        self.weight = nn.Parameter(parts.reshape(outputs * self._each, self._taps * inputs).clone())
        self.bias = layer.bias

    @staticmethod
    def can_replace(layer: nn.ConvTranspose1d) -> bool:
        plain = (layer.padding, layer.output_padding, layer.dilation, layer.groups)
        return plain == ((0,), (0,), (1,), 1) and layer.kernel_size[0] % layer.stride[0] == 0

    def forward(self, x: Tensor) -> Tensor:
        """[batch, inputs, frames] to [batch, outputs, frames' samples and what rings on]."""
        far = self._taps - 1
        padded = functional.pad(x, (far, far))
        count = x.shape[-1] + far
        # Beside each frame those before it that still sound.
        beside = torch.cat([padded[..., far - n : far - n + count] for n in range(far + 1)], dim=1)
        y = (self.weight @ beside).unflatten(1, (-1, self._each)).transpose(2, 3).flatten(2)
        return y if self.bias is None else y + self.bias[:, None]


class HalfMemory:
    """An LSTM's weights in 16 bits (FBGEMM's, of torch); sums in 32. Called as ``nn.LSTM`` is."""

    def __init__(self, lstm: nn.LSTM) -> None:
        """Raises RuntimeError where this processor has no such products."""
        pack, cell = (
            torch.ops.quantized.linear_prepack_fp16,
            torch.ops.quantized.make_quantized_cell_params_fp16,
        )
        self._layers, self._width = lstm.num_layers, lstm.hidden_size
        self._cells = [
            cell(
                pack(getattr(lstm, f"weight_ih_l{n}"), getattr(lstm, f"bias_ih_l{n}")),
                pack(getattr(lstm, f"weight_hh_l{n}"), getattr(lstm, f"bias_hh_l{n}")),
            )
            for n in range(lstm.num_layers)
        ]

    def __call__(self, steps: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Steps [frames, voices, width]."""
        if state is None:
            nothing = steps.new_zeros(self._layers, steps.shape[1], self._width)
            state = (nothing, nothing)
        heard, *after = torch.quantized_lstm(
            steps, state, self._cells, True, self._layers, 0.0, False, False, False,
            dtype=torch.float16, use_dynamic=True,
        )  # fmt: skip
        return heard, (after[0], after[1])


def in_half(lstm: nn.LSTM) -> HalfMemory | None:
    """None where that is not possible: of another make, or on another kind of processor."""
    plain = (lstm.bias, lstm.batch_first, lstm.bidirectional, lstm.proj_size)
    engines = torch.backends.quantized.supported_engines
    if plain != (True, False, False, 0) or "fbgemm" not in engines:
        return None
    return HalfMemory(lstm)
